import type { Interactions } from '@mmrec/core';
import { useBackend } from '@mmrec/ops';
import { evaluate as evaluateEmbeddings } from '@mmrec/train';
import { backendFlag, choice, lengths } from '../flags.js';
import { openRun } from '../open-run.js';
import type { Streams } from '../streams.js';
import { formatMetric, formatTable } from '../table.js';
import { evaluateGroups, type GroupFlags } from './evaluate-groups.js';

/** Flags of `mmrec evaluate`. */
export interface EvaluateFlags extends GroupFlags {
  readonly k?: string;
  readonly data?: string;
  readonly backend?: string;
}

const splits = ['test', 'validation', 'train'] as const;

/** `mmrec evaluate <run>`: the metrics of a run's embeddings on one split. */
export async function evaluate(
  folder: string,
  flags: EvaluateFlags,
  streams: Streams,
): Promise<void> {
  const split = choice('--split', flags.split ?? 'test', splits);
  const ks = lengths('-k', flags.k ?? '10,20');
  await useBackend(backendFlag(flags.backend));
  const { stdout } = streams;
  const open = await openRun(folder, flags.data);
  const { run, dataset, embeddings } = open;
  // On the training split nothing is masked: it would mask what is looked for.
  const train = split === 'train' ? withoutRows(dataset.train) : dataset.train;
  const inputs = { train, heldOut: dataset[split] };
  if (flags.cold !== undefined || flags.groups !== undefined) {
    await evaluateGroups(open, { flags, inputs, ks }, streams);
    return;
  }
  const { users, mean } = await evaluateEmbeddings(embeddings, inputs, {
    protocol: split === 'train' ? 'lattice' : run.config.protocol,
    ks,
  });
  if (flags.json) {
    stdout.write(`${JSON.stringify({ split, users: users.length, metrics: mean }, null, 2)}\n`);
    return;
  }
  const names = [...new Set(Object.keys(mean).map((name) => name.split('@')[0]!))];
  const rows = ks.map((k) => [
    `@${k}`,
    ...names.map((name) => formatMetric(mean[`${name}@${k}`]!)),
  ]);
  stdout.write(`${split}, ${users.length} users, protocol ${run.config.protocol}\n\n`);
  stdout.write(`${formatTable(['', ...names], rows)}\n`);
}

const withoutRows = (interactions: Interactions): Interactions => ({
  ...interactions,
  users: new Int32Array(0),
  items: new Int32Array(0),
});
