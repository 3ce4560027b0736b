import { join } from 'node:path';
import { countProgress } from '../export/count-progress.js';
import { checkExportFolder, writeExportFolder } from '../export/export-folder.js';
import { readExportedRun, type ExportedRun } from '../export/exported-run.js';
import { npyExample, onnxExample, parquetExample } from '../export/file-examples.js';
import { writeNpyFiles } from '../export/npy-files.js';
import { checkOnnxSize, writeOnnxFiles } from '../export/onnx-files.js';
import { writeParquetFiles } from '../export/parquet-files.js';
import { connectPostgres } from '../export/pgvector/connect-postgres.js';
import { loadTables, mostIndexedDimensions } from '../export/pgvector/load-tables.js';
import { tableNames } from '../export/pgvector/table-names.js';
import { quoteText, topKQuery } from '../export/pgvector/top-k-query.js';
import {
  checkPrefix,
  collectionNames,
  loadCollections,
} from '../export/qdrant/load-collections.js';
import { openQdrant } from '../export/qdrant/qdrant-client.js';
import { topKCommand } from '../export/qdrant/top-k-requests.js';
import { atLeastOne, choice } from '../flags.js';
import type { Streams } from '../streams.js';
import { UsageError } from '../usage-error.js';

/** Where embeddings can go. */
const targets = ['npy', 'parquet', 'onnx', 'pgvector', 'qdrant'] as const;
type Target = (typeof targets)[number];

/** Flags of `mmrec export`. */
export interface ExportFlags {
  readonly to?: string;
  readonly out?: string;
  readonly force?: boolean;
  readonly input?: string;
  readonly url?: string;
  readonly table?: string;
  readonly collection?: string;
  readonly index?: string;
  /** False with `--no-seen`. */
  readonly seen?: boolean;
  readonly k?: string;
  readonly data?: string;
  readonly json?: boolean;
}

/** What was exported, for `--json`; and how it is printed. */
interface Outcome {
  /** Files, tables or collections. */
  readonly made: Readonly<Record<string, unknown>>;
  /** Lines that say where it is. */
  readonly summary: string;
  /** What the query is written in and does. */
  readonly heading: string;
  /** The query that gives a user's top items. */
  readonly query: string;
  readonly notes?: readonly string[];
}

/** `mmrec export <run>`: a run's embeddings for other systems, and the query that gives the same top items there. */
export async function exportRun(
  folder: string,
  flags: ExportFlags,
  streams: Streams,
): Promise<void> {
  if (flags.to === undefined) {
    throw new UsageError(`export: --to must be one of ${targets.join(', ')}, got none.`);
  }
  const to = choice('--to', flags.to, targets);
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

interface Job {
  readonly folder: string;
  readonly flags: ExportFlags;
  readonly k: number;
  readonly stderr: Streams['stderr'];
}

type Exporter = (job: Job) => Promise<Outcome & { readonly run: ExportedRun }>;

const exporters: Readonly<Record<Target, Exporter>> = {
  npy: (job) =>
    toFolder(job, 'npy', {
      write: writeNpyFiles,
      describe: (run, example) => ({
        heading: `The top ${job.k} of user '${example.user}' in Python`,
        query: npyExample(example),
      }),
    }),
  parquet: (job) =>
    toFolder(job, 'parquet', {
      write: writeParquetFiles,
      describe: ({ items }, example) => ({
        heading: `The top ${job.k} of user '${example.user}' in DuckDB`,
        query: parquetExample(example, items.titles !== undefined),
      }),
    }),
  onnx: (job) => {
    const input = choice('--input', job.flags.input ?? 'user', ['user', 'embedding'] as const);
    return toFolder(job, 'onnx', {
      check: (run) => checkOnnxSize(run, input),
      write: (folder, run) => writeOnnxFiles(folder, run, input),
      describe: ({ embeddingSize }, example) => ({
        heading:
          input === 'user'
            ? `The top ${job.k} of user '${example.user}', row 0, in Node`
            : `The top ${job.k} for an embedding in Node`,
        query: onnxExample(example, { input, embeddingSize }),
      }),
    });
  },
  pgvector: toPgvector,
  qdrant: toQdrant,
};

interface FolderFormat {
  check?(run: ExportedRun): void;
  write(folder: string, run: ExportedRun): Promise<void>;
  describe(
    run: ExportedRun,
    example: { readonly folder: string; readonly user: string; readonly k: number },
  ): Pick<Outcome, 'heading' | 'query'>;
}

async function toFolder(
  { folder, flags, k }: Job,
  format: Target,
  { check, write, describe }: FolderFormat,
): ReturnType<Exporter> {
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
    notes: [
      "A user's training items are among these: leave them out where they should not be shown again.",
    ],
  };
}

async function toPgvector({ folder, flags, k, stderr }: Job): ReturnType<Exporter> {
  const withSeen = flags.seen !== false;
  const tables = tableNames(flags.table ?? 'mmrec');
  const index = choice('--index', flags.index ?? 'none', ['none', 'hnsw'] as const) === 'hnsw';
  const address = needUrl(flags, 'postgres://user@host:5432/database');
  const run = await readExportedRun(folder, { data: flags.data, withSeen });
  if (index && run.embeddingSize > mostIndexedDimensions) {
    throw new Error(
      `export: an HNSW index of pgvector takes up to ${mostIndexedDimensions} dimensions, the embeddings have ${run.embeddingSize}. Leave out --index: the search is then exact.`,
    );
  }
  const { client, shown } = await connectPostgres(address);
  try {
    await loadTables(client, run, { tables, index, onProgress: countProgress(stderr) });
  } catch (cause) {
    throw new Error(`--url ${shown}: ${(cause as Error).message}`, { cause });
  } finally {
    await client.end().catch(() => undefined);
  }
  const names = [tables.users, tables.items, ...(withSeen ? [tables.seen] : [])];
  const user = run.users.ids[0]!;
  const query = topKQuery(tables, {
    user: quoteText(user),
    k,
    withTitles: run.items.titles !== undefined,
    withoutSeen: withSeen,
  });
  return {
    run,
    made: { url: shown, tables: names },
    summary: `${shown}: tables ${names.join(', ')}`,
    heading: `The top ${k} of user '${user}'${seenNote(withSeen)}`,
    query,
    ...(index && { notes: indexNotes }),
  };
}

const seenNote = (withSeen: boolean) => (withSeen ? ', without their training items' : '');

const indexNotes = [
  'With the HNSW index the search is approximate. These settings look at more items, and go on where the',
  'training items have left too few (pgvector 0.8): SET hnsw.ef_search = 200; SET hnsw.iterative_scan = strict_order;',
];

async function toQdrant({ folder, flags, k, stderr }: Job): ReturnType<Exporter> {
  const withSeen = flags.seen !== false;
  const prefix = checkPrefix(flags.collection ?? 'mmrec');
  const apiKey = process.env['QDRANT_API_KEY'];
  const qdrant = openQdrant(needUrl(flags, 'http://localhost:6333'), apiKey);
  const run = await readExportedRun(folder, { data: flags.data, withSeen });
  const stamp = Date.now().toString(36);
  await loadCollections(qdrant, run, { prefix, stamp, onProgress: countProgress(stderr) });
  const user = run.users.ids[0]!;
  const names = Object.values(collectionNames(prefix));
  return {
    run,
    made: { url: qdrant.shown, collections: names },
    summary: `${qdrant.shown}: collections ${names.join(', ')}`,
    heading: `The top ${k} of user '${user}'${seenNote(withSeen)}`,
    query: topKCommand({
      ...{ url: qdrant.shown, prefix, user, k },
      ...{ withoutSeen: withSeen, withApiKey: apiKey !== undefined && apiKey !== '' },
    }),
  };
}

function needUrl({ url, to }: ExportFlags, example: string): string {
  if (url !== undefined) return url;
  throw new UsageError(`export: --to ${to} needs --url, such as ${example}.`);
}

/** Which flags mean something for which targets. */
const flagTargets: Readonly<Partial<Record<keyof ExportFlags, readonly Target[]>>> = {
  out: ['npy', 'parquet', 'onnx'],
  force: ['npy', 'parquet', 'onnx'],
  input: ['onnx'],
  url: ['pgvector', 'qdrant'],
  table: ['pgvector'],
  index: ['pgvector'],
  collection: ['qdrant'],
};

/** @throws {UsageError} If a flag is given that means nothing for the target. */
function checkFlags(to: Target, flags: ExportFlags): void {
  for (const [flag, allowed] of Object.entries(flagTargets)) {
    if (flags[flag as keyof ExportFlags] === undefined || allowed.includes(to)) continue;
    throw new UsageError(`export: --${flag} is for --to ${allowed.join(', ')}, got --to ${to}.`);
  }
  if (flags.seen === false && !['pgvector', 'qdrant'].includes(to)) {
    throw new UsageError(`export: --no-seen is for --to pgvector, qdrant, got --to ${to}.`);
  }
}
