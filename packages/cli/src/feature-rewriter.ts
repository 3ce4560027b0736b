import { join } from 'node:path';
import { clearMissingRows, type FeatureMatrix, type FeatureSummary } from '@mmrec/core';
import { inspectFeatures, writeFeatureTable } from '@mmrec/features';

/** Writes features of a dataset folder anew, in another folder. */
export interface FeatureRewriter {
  /** Name of the file that holds a modality. */
  fileOf(modality: string): string;
  /** Writes a modality under the name of its file, in that file's format, half precision where it has it. */
  write(folder: string, modality: string, matrix: FeatureMatrix): Promise<void>;
}

/** @param from - The dataset folder whose files are taken after. */
export async function featureRewriter(from: string): Promise<FeatureRewriter> {
  const files = await inspectFeatures(from);
  const summaryOf = (modality: string) => files.find((file) => file.modality === modality)!;
  return {
    fileOf: (modality) => summaryOf(modality).file,
    write: async (folder, modality, matrix) => {
      const { rows, columns, data } = clearMissingRows(matrix);
      const summary = summaryOf(modality);
      const storage = isHalf(summary) ? 'float16' : 'float32';
      const table = { rows, columns, storage, blocks: [data] } as const;
      await writeFeatureTable(join(folder, summary.file), table);
    },
  };
}

/** By the names that the formats have for it. */
const isHalf = ({ dtype }: FeatureSummary) => ['<f2', '>f2', 'F16', 'FLOAT16'].includes(dtype);
