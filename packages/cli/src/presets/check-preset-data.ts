import type { Dataset } from '@mmrec/data';
import { loadData } from '../load-data.js';
import type { Streams } from '../streams.js';
import { UsageError } from '../usage-error.js';
import { countDifferences, splitProtocol } from './compare-counts.js';
import type { NamedPreset } from './find-preset.js';

/** What a preset is to be used on. */
export interface PresetUse {
  readonly preset: NamedPreset;
  /** Dataset folder. */
  readonly data: string;
  readonly protocol: 'mmrec' | 'lattice';
  /** Whether the folder may hold another dataset. */
  readonly anyDataset: boolean;
}

/**
 * Checks that a folder holds the dataset of a preset, and says where the preset and its figures come from.
 *
 * @throws {UsageError} For other counts, unless any dataset will do.
 */
export async function checkPresetData(use: PresetUse, stderr: Streams['stderr']): Promise<void> {
  const { preset, data, anyDataset } = use;
  const { dataset } = await loadData(data, { needsFeatures: false });
  const differences = countDifferences(dataset, preset.dataset);
  if (differences.length === 0) {
    stderr.write(`preset ${preset.name}: ${preset.source}\n`);
    warnOfSplit(dataset, use, stderr);
    return;
  }
  const found = `${data} has ${differences.join(', ')}`;
  if (!anyDataset) {
    throw new UsageError(
      `train: --preset ${preset.name} is for ${preset.dataset.title}: ${found}. To use its hyper-parameters on other data, add --any-dataset.`,
    );
  }
  stderr.write(`preset ${preset.name}: hyper-parameters only, ${found}; from ${preset.source}\n`);
}

/** Labels in a file are taken as they are: judging them by the other protocol gives figures that no table has. */
function warnOfSplit(
  dataset: Dataset,
  { preset, data, protocol }: PresetUse,
  stderr: Streams['stderr'],
): void {
  const split = splitProtocol(dataset, preset.dataset);
  if (split === undefined || split === protocol) return;
  stderr.write(
    `preset ${preset.name}: ${data} is split by protocol ${split}, and judged by ${protocol}: figures published under either don't compare. Judge it with --protocol ${split}.\n`,
  );
}
