import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  encoderSizes,
  pretrainFeatures,
  pretrainOptions,
  type FeatureProvenance,
  type MaskedFigures,
  type PretrainFeaturesInputs,
} from '@mmrec/alignrec';
import type { OptionRule } from '@mmrec/core';
import { useBackend } from '@mmrec/ops';
import { atLeastOne, backendFlag, choice, wholeNumber } from '../flags.js';
import { readContentItems } from '../read-content-items.js';
import { describeRules, parseAssignments } from '../settings.js';
import type { Streams } from '../streams.js';
import { formatTable } from '../table.js';
import { UsageError } from '../usage-error.js';
import { packageVersions } from '../versions.js';

/** Flags of `mmrec features pretrain`. */
export interface PretrainFlags {
  readonly data: string;
  readonly out?: string;
  readonly size?: string;
  readonly set?: readonly string[];
  readonly tokenizer?: string;
  readonly seed?: string;
  readonly backend?: string;
  readonly threads?: string;
  readonly resume?: boolean;
  readonly force?: boolean;
  readonly skipUnreadable?: boolean;
  readonly json?: boolean;
}

const where = 'features pretrain';
const sizes = ['tiny', 'small', 'base'] as const;
const rules = pretrainOptions.rules as Readonly<Record<string, OptionRule>>;

/** Options for `--set`, with their defaults. */
export const pretrainHelp = `\nOptions for --set, with the defaults of the size tiny:\n${describeRules(rules)}`;

/** `mmrec features pretrain`: unified features of images and texts, by stage 1 of AlignRec. */
export async function pretrain(flags: PretrainFlags, { stdout, stderr }: Streams): Promise<void> {
  const size = choice('--size', flags.size ?? 'tiny', sizes);
  const options = resolveOptions({
    ...encoderSizes[size],
    ...parseAssignments(where, rules, flags.set ?? []),
  });
  const seed = wholeNumber('--seed', flags.seed ?? '1');
  const folder = flags.out ?? flags.data;
  const threads = flags.threads === undefined ? undefined : atLeastOne('--threads', flags.threads);
  const items = await readContentItems(where, flags.data);
  const tokenizer =
    flags.tokenizer === undefined ? undefined : await readTokenizer(flags.tokenizer);
  const { name: backend } = await useBackend(backendFlag(flags.backend), { threads });
  stderr.write(
    `features pretrain ${flags.data} (${items.length} items), size ${size}, ${backend} back end, seed ${seed} → ${folder}\n`,
  );
  const { resume, force, skipUnreadable } = flags;
  const provenance = await pretrainFeatures({
    ...{ items, folder, seed, options, tokenizer, resume, force, skipUnreadable },
    notes: { backend, versions: packageVersions() },
    ...pretrainProgress(stderr, options.epochs),
  });
  stdout.write(
    flags.json ? `${JSON.stringify(provenance, null, 2)}\n` : report(provenance, folder),
  );
}

function resolveOptions(given: Readonly<Record<string, unknown>>) {
  try {
    return pretrainOptions.resolve(where, given);
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

async function readTokenizer(file: string): Promise<Record<string, unknown>> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
  } catch (error) {
    throw new UsageError(
      `${where}: --tokenizer ${file} must be a tokenizer.json: ${(error as Error).message}`,
      { cause: error },
    );
  }
}

/** Writes stages and epochs of a pre-training as they come. */
export function pretrainProgress(
  stderr: Streams['stderr'],
  epochs: number,
): Required<Pick<PretrainFeaturesInputs, 'onStage' | 'onEpoch' | 'onWarning'>> {
  return {
    onWarning: (message) => void stderr.write(`${message}\n`),
    onStage: (stage) => void stderr.write(`${stage} …\n`),
    onEpoch: ({ epoch, losses, seconds, valid }) => {
      const figures = valid
        ? `  validation: image ${valid.image.crossEntropy.toFixed(3)}, text ${valid.text.crossEntropy.toFixed(3)} nats`
        : '';
      stderr.write(
        `epoch ${epoch}/${epochs}  loss ${losses['total']!.toFixed(3)}  ${seconds.toFixed(1)} s${figures}\n`,
      );
    },
  };
}

function report({ heldOut, shape, seconds, items }: FeatureProvenance, folder: string): string {
  const row = (name: string, figure: (figures: MaskedFigures) => number) => [
    name,
    ...[heldOut.image, heldOut.text].map((figures) => figure(figures).toFixed(3)),
  ];
  const table = formatTable(
    ['masked tokens of items not learned from', 'image', 'text'],
    [
      row('cross-entropy, nats', ({ crossEntropy }) => crossEntropy),
      row('… with the other modality hidden', (figures) => figures.hiddenCrossEntropy),
      row('entropy of their frequencies', ({ entropy }) => entropy),
      row('accuracy', ({ accuracy }) => accuracy),
      row('accuracy but for the most frequent', ({ rareAccuracy }) => rareAccuracy),
      row('… of the best constant answer', ({ rareConstant }) => rareConstant),
    ],
  );
  return `${table}\n${join(folder, 'unified_feat.npy')}: ${shape.join(' × ')}, ${items.heldOut} items measured, ${seconds.toFixed(0)} s\n`;
}
