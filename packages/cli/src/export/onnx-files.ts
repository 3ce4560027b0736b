import { join } from 'node:path';
import { writeFileAtomically, writeJsonFile } from '@mmrec/core';
import { encodeOnnx } from '@mmrec/features';
import type { ExportedRun } from './exported-run.js';
import { scoringGraph, type ScoringInput } from './scoring-graph.js';

/** The largest share of the format's 2 GiB that the matrices may take, in bytes: the rest is small. */
const mostBytes = 2 ** 31 - 2 ** 20;

/** `recommend.onnx`, with JSON lists of what the rows of users and items are. */
export async function writeOnnxFiles(
  folder: string,
  run: ExportedRun,
  input: ScoringInput,
): Promise<void> {
  const chunks = encodeOnnx(scoringGraph(run, input));
  await writeFileAtomically(join(folder, 'recommend.onnx'), async (handle) => {
    for (const chunk of chunks) await handle.writeFile(chunk);
  });
  if (input === 'user') await writeJsonFile(join(folder, 'user_ids.json'), run.users.ids);
  await writeJsonFile(join(folder, 'item_ids.json'), run.items.ids);
}

/** @throws {Error} If the embeddings don't fit an ONNX file. */
export function checkOnnxSize({ users, items }: ExportedRun, input: ScoringInput): void {
  const bytes = items.data.byteLength + (input === 'user' ? users.data.byteLength : 0);
  if (bytes <= mostBytes) return;
  const size = `${(bytes / 2 ** 30).toFixed(1)} GiB`;
  const remedy =
    items.data.byteLength <= mostBytes
      ? ' Leave the users out with --input embedding.'
      : ' Export to npy or parquet instead.';
  throw new Error(
    `export: an ONNX file holds less than 2 GiB, the embeddings are ${size}.${remedy}`,
  );
}
