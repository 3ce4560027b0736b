import { countProgress } from '../count-progress.js';
import { needUrl, seenNote, type ExportJob, type ExportOutcome } from '../export-target.js';
import { readExportedRun } from '../exported-run.js';
import { checkPrefix, collectionNames, loadCollections } from './load-collections.js';
import { openQdrant } from './qdrant-client.js';
import { topKCommand } from './top-k-requests.js';

/** `--to qdrant`. */
export async function toQdrant({ folder, flags, k, stderr }: ExportJob): Promise<ExportOutcome> {
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
