import { choice } from '../../flags.js';
import { countProgress } from '../count-progress.js';
import { needUrl, seenNote, type ExportJob, type ExportOutcome } from '../export-target.js';
import { readExportedRun } from '../exported-run.js';
import { connectPostgres } from './connect-postgres.js';
import { loadTables, mostIndexedDimensions } from './load-tables.js';
import { tableNames } from './table-names.js';
import { quoteText, topKQuery } from './top-k-query.js';

/** `--to pgvector`. */
export async function toPgvector({ folder, flags, k, stderr }: ExportJob): Promise<ExportOutcome> {
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
    const onIndex = () => void stderr.write('making the HNSW index\n');
    await loadTables(client, run, { tables, index, onProgress: countProgress(stderr), onIndex });
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

const indexNotes = [
  'With the HNSW index the search is approximate. These settings look at more items, and go on where the',
  'training items have left too few (pgvector 0.8): SET hnsw.ef_search = 200; SET hnsw.iterative_scan = strict_order;',
];
