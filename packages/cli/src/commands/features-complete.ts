import { createRng, type FeatureMatrix } from '@mmrec/core';
import {
  completeFeatures,
  completionMethods,
  evaluateCompletion,
  type Completion,
  type CompletionInputs,
  type CompletionMethod,
} from '@mmrec/features';
import { useBackend } from '@mmrec/ops';
import { checkFolders, deriveFolder } from '../derive-folder.js';
import { featureRewriter } from '../feature-rewriter.js';
import { atLeastOne, backendFlag, choice, shareBetween, wholeNumber } from '../flags.js';
import { loadData } from '../load-data.js';
import type { Streams } from '../streams.js';
import { formatTable } from '../table.js';
import { UsageError } from '../usage-error.js';

/** Flags of `mmrec features complete`. */
export interface CompleteFlags {
  readonly data: string;
  readonly out?: string;
  readonly method?: string;
  readonly neighbors?: string;
  readonly iterations?: string;
  readonly modalities?: string;
  readonly compare?: boolean;
  readonly share?: string;
  readonly seed?: string;
  readonly backend?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

interface Plan {
  readonly method: CompletionMethod;
  readonly numNeighbors: number;
  readonly numIterations: number;
}

/** `mmrec features complete`: makes up what items lack, or says how well each way to do so works here. */
export async function completeFolder(flags: CompleteFlags, streams: Streams): Promise<void> {
  const plan: Plan = {
    method: choice('--method', flags.method ?? 'learned', completionMethods),
    numNeighbors: atLeastOne('--neighbors', flags.neighbors ?? '50'),
    numIterations: atLeastOne('--iterations', flags.iterations ?? '40'),
  };
  const { out } = flags;
  if (out === undefined && !flags.compare) {
    throw new UsageError(
      'features complete: --out must name a folder for the completed dataset, or --compare must be given.',
    );
  }
  const folders = {
    ...{ from: flags.data, to: out ?? '', force: flags.force ?? false },
    command: 'features complete',
  };
  if (out !== undefined) checkFolders(folders);
  await useBackend(backendFlag(flags.backend));
  const { dataset, features } = await loadData(flags.data, {
    needsFeatures: true,
    modalities: flags.modalities?.split(',').map((name) => name.trim()),
  });
  const inputs = { features, interactions: dataset.train };
  if (flags.compare) await compare(inputs, { plan, flags, streams });
  if (out === undefined) return;
  const completion = await completeFeatures(inputs, plan);
  const rewriter = await featureRewriter(flags.data);
  const names = Object.keys(completion.counts);
  await deriveFolder({ ...folders, replaced: names.map(rewriter.fileOf) }, async (folder) => {
    for (const name of names) await rewriter.write(folder, name, completion.features[name]!);
    const items = names.map((name) => [name, missingItems(features[name]!)] as const);
    return { ...plan, completed: Object.fromEntries(items) };
  });
  report(completion, { out, plan, streams });
}

async function compare(
  inputs: CompletionInputs,
  { plan, flags, streams }: { plan: Plan; flags: CompleteFlags; streams: Streams },
): Promise<void> {
  const { numNeighbors, numIterations } = plan;
  const share = shareBetween('--share', flags.share ?? '0.2');
  const rng = createRng(wholeNumber('--seed', flags.seed ?? '1')).fork('hidden');
  const scores = await evaluateCompletion(inputs, { rng, share, numNeighbors, numIterations });
  if (flags.json) {
    streams.stdout.write(`${JSON.stringify(scores, null, 2)}\n`);
    return;
  }
  const rows = scores.map(({ modality, method, rows, error, cosine }) => [
    ...[modality, method, String(rows), error.toFixed(3), cosine.toFixed(3)],
  ]);
  streams.stdout.write(
    `${formatTable(['modality', 'method', 'hidden', 'error', 'cosine'], rows)}\n` +
      'Error: distance from the truth, 1 for the mean. Cosine: of the deviations from the mean.\n',
  );
}

function report(
  { counts }: Completion,
  { out, plan, streams }: { out: string; plan: Plan; streams: Streams },
): void {
  const entries = Object.entries(counts);
  if (entries.length === 0) streams.stderr.write('No item lacks features: nothing was changed.\n');
  for (const [name, { completed, byMean }] of entries) {
    const rest = byMean > 0 && plan.method !== 'mean' ? `, ${byMean} of them only by the mean` : '';
    streams.stderr.write(`${out}: ${name} features of ${completed} items completed${rest}\n`);
  }
}

const missingItems = ({ missing }: FeatureMatrix): number[] =>
  [...(missing ?? [])].flatMap((flag, item) => (flag ? [item] : []));
