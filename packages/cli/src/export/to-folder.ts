import { join } from 'node:path';
import { useBackend } from '@mmrec/ops';
import { readServingModel, writeServingFile } from '@mmrec/serve';
import { choice } from '../flags.js';
import { checkExportFolder, writeExportFolder } from './export-folder.js';
import type { ExportJob, ExportOutcome, ExportTarget } from './export-target.js';
import { readExportedRun, type ExportedRun } from './exported-run.js';
import {
  npyExample,
  onnxExample,
  parquetExample,
  servingExample,
  servingFile,
  type ExampleOptions,
} from './file-examples.js';
import { writeNpyFiles } from './npy-files.js';
import { checkOnnxSize, writeOnnxFiles } from './onnx-files.js';
import { writeParquetFiles } from './parquet-files.js';

/** `--to npy`. */
export function toNpy(job: ExportJob): Promise<ExportOutcome> {
  return toFolder(job, 'npy', {
    write: writeNpyFiles,
    describe: (_, example) => ({
      heading: `The top ${example.k} of user '${example.user}' in Python`,
      query: npyExample(example),
      notes: [withTrainingItems],
    }),
  });
}

/** `--to parquet`. */
export function toParquet(job: ExportJob): Promise<ExportOutcome> {
  return toFolder(job, 'parquet', {
    write: writeParquetFiles,
    describe: ({ items }, example) => ({
      heading: `The top ${example.k} of user '${example.user}' in DuckDB`,
      query: parquetExample(example, items.titles !== undefined),
      notes: [withTrainingItems],
    }),
  });
}

const withTrainingItems =
  "A user's training items are among these: leave them out where they should not be shown again.";

/** `--to onnx`. */
export async function toOnnx(job: ExportJob): Promise<ExportOutcome> {
  const input = choice('--input', job.flags.input ?? 'user', ['user', 'embedding'] as const);
  return toFolder(job, 'onnx', {
    check: (run) => checkOnnxSize(run, input),
    write: (folder, run) => writeOnnxFiles(folder, run, input),
    describe: ({ embeddingSize }, example) => ({
      heading:
        input === 'user'
          ? `The top ${example.k} of user '${example.user}', row 0, in Node`
          : `The top ${example.k} for an embedding in Node`,
      query: onnxExample(example, { input, embeddingSize }),
      notes: [
        "A user's training items are among these: name them in `excluded`, pairs of a place in the batch and",
        'the row of an item, where they should not be shown again.',
      ],
    }),
  });
}

/** `--to serving`: what `@mmrec/serve` loads in a browser. */
export async function toServing(job: ExportJob): Promise<ExportOutcome> {
  const { users = 'all', data } = job.flags;
  const shown = choice('--users', users, ['all', 'none'] as const);
  return toFolder(job, 'serving', {
    write: async (folder, run) => {
      await useBackend('wasm');
      const model = await readServingModel(run.folder, { data });
      await writeServingFile(join(folder, servingFile), model, { users: shown });
    },
    describe: ({ items }, { k }) => ({
      heading: `The top ${k} of a new user, on a page`,
      query: servingExample(items.ids.slice(0, 2), k),
      notes: shown === 'all' ? [withUsers] : [],
    }),
  });
}

const withUsers =
  'All users are in the file, by their ids and with what they had: leave them out with --users none where it is public.';

interface FolderFormat {
  check?(run: ExportedRun): void;
  write(folder: string, run: ExportedRun): Promise<void>;
  describe(
    run: ExportedRun,
    example: ExampleOptions,
  ): Pick<ExportOutcome, 'heading' | 'query' | 'notes'>;
}

async function toFolder(
  { folder, flags, k }: ExportJob,
  format: ExportTarget,
  { check, write, describe }: FolderFormat,
): Promise<ExportOutcome> {
  const out = flags.out ?? join(folder, `export-${format}`);
  await checkExportFolder(out, flags.force);
  const run = await readExportedRun(folder, { data: flags.data, withSeen: false });
  check?.(run);
  const files = await writeExportFolder(out, { run, format }, (place) => write(place, run));
  return {
    run,
    made: { out, files },
    summary: `${out}: ${files.join(', ')}`,
    ...describe(run, { folder: out, user: run.users.ids[0]!, k }),
  };
}
