import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { formatInspection, inspectDataset } from '@mmrec/data';
import { inspectFeatures } from '@mmrec/features';
import { readClaims, readTimes } from '../dataset-claims.js';
import { choice, wholeNumber } from '../flags.js';
import { loadData } from '../load-data.js';
import type { Streams } from '../streams.js';
import { writeSynth } from '../synth.js';

/** Flags of `mmrec data inspect`. */
export interface InspectFlags {
  readonly protocol?: string;
  readonly json?: boolean;
}

const protocols = ['mmrec', 'lattice', 'time', 'leave-one-out'] as const;

/** `mmrec data inspect <dir>`: what is in a dataset folder. */
export async function inspect(
  folder: string,
  flags: InspectFlags,
  { stdout }: Streams,
): Promise<void> {
  const { dataset } = await loadData(folder, { needsFeatures: false });
  const claimed = await readClaims(folder);
  const timed = await readTimes(dataset);
  const report = inspectDataset(dataset, {
    ...claimed,
    ...(flags.protocol !== undefined && {
      protocol: choice('--protocol', flags.protocol, protocols),
    }),
    ...(timed && { timed }),
    features: await inspectFeatures(folder),
  });
  stdout.write(
    flags.json ? `${JSON.stringify(report, null, 2)}\n` : `${formatInspection(report)}\n`,
  );
}

/** Flags of `mmrec data synth`. */
export interface SynthFlags {
  readonly out: string;
  readonly seed?: string;
  readonly users?: string;
  readonly items?: string;
  readonly images?: boolean;
  readonly force?: boolean;
}

/** `mmrec data synth --out <dir>`: the demonstration data. */
export async function synth(flags: SynthFlags, { stdout }: Streams): Promise<void> {
  if (existsSync(join(flags.out, 'manifest.json')) && !flags.force) {
    throw new Error(
      `data synth: ${flags.out} already holds a dataset. Choose another --out, or replace it with --force.`,
    );
  }
  const { counts } = await writeSynth(flags.out, {
    seed: wholeNumber('--seed', flags.seed ?? '1'),
    ...(flags.users !== undefined && { numUsers: wholeNumber('--users', flags.users) }),
    ...(flags.items !== undefined && { numItems: wholeNumber('--items', flags.items) }),
    ...(flags.images && { images: true }),
  });
  stdout.write(
    `${flags.out}: ${counts.users} users, ${counts.items} items, ${counts.train} / ${counts.validation} / ${counts.test} interactions (synthetic)\n`,
  );
}
