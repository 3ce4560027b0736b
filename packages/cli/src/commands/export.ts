import {
  exportTargets,
  type ExportFlags,
  type ExportJob,
  type ExportOutcome,
  type ExportTarget,
} from '../export/export-target.js';
import { toPgvector } from '../export/pgvector/to-pgvector.js';
import { toQdrant } from '../export/qdrant/to-qdrant.js';
import { toNpy, toOnnx, toParquet, toServing } from '../export/to-folder.js';
import { atLeastOne, choice } from '../flags.js';
import type { Streams } from '../streams.js';
import { UsageError } from '../usage-error.js';

/** `mmrec export <run>`: a run's embeddings for other systems, and the query that gives the same top items there. */
export async function exportRun(
  folder: string,
  flags: ExportFlags,
  streams: Streams,
): Promise<void> {
  if (flags.to === undefined) {
    throw new UsageError(`export: --to must be one of ${exportTargets.join(', ')}, got none.`);
  }
  const to = choice('--to', flags.to, exportTargets);
  checkFlags(to, flags);
  const k = atLeastOne('-k', flags.k ?? '10');
  const job = { folder, flags, k, stderr: streams.stderr };
  const { run, made, summary, heading, query, notes = [] } = await exporters[to](job);
  const counts = {
    users: run.users.ids.length,
    items: run.items.ids.length,
    embeddingSize: run.embeddingSize,
  };
  if (flags.json) {
    streams.stdout.write(`${JSON.stringify({ to, ...made, ...counts, query }, null, 2)}\n`);
    return;
  }
  const [users, items] = [counts.users, counts.items].map((count) => count.toLocaleString('en-US'));
  streams.stdout.write(
    [
      summary,
      `${users} users, ${items} items, ${counts.embeddingSize} numbers each`,
      ...['', `${heading}:`, '', query],
      ...(notes.length === 0 ? [] : ['', ...notes]),
      '',
    ].join('\n'),
  );
}

const exporters: Readonly<Record<ExportTarget, (job: ExportJob) => Promise<ExportOutcome>>> = {
  npy: toNpy,
  parquet: toParquet,
  onnx: toOnnx,
  serving: toServing,
  pgvector: toPgvector,
  qdrant: toQdrant,
};

/** Which flags mean something for which targets. */
const flagTargets: Readonly<Partial<Record<keyof ExportFlags, readonly ExportTarget[]>>> = {
  out: ['npy', 'parquet', 'onnx', 'serving'],
  force: ['npy', 'parquet', 'onnx', 'serving'],
  input: ['onnx'],
  users: ['serving'],
  url: ['pgvector', 'qdrant'],
  table: ['pgvector'],
  index: ['pgvector'],
  collection: ['qdrant'],
};

/** @throws {UsageError} If a flag is given that means nothing for the target. */
function checkFlags(to: ExportTarget, flags: ExportFlags): void {
  for (const [flag, allowed] of Object.entries(flagTargets)) {
    if (flags[flag as keyof ExportFlags] === undefined || allowed.includes(to)) continue;
    throw new UsageError(`export: --${flag} is for --to ${allowed.join(', ')}, got --to ${to}.`);
  }
  if (flags.seen === false && !['pgvector', 'qdrant'].includes(to)) {
    throw new UsageError(`export: --no-seen is for --to pgvector, qdrant, got --to ${to}.`);
  }
}
