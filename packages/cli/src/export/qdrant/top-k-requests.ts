import { collectionNames } from './load-collections.js';
import type { QdrantRequests } from './qdrant-requests.js';

/** The request for a user's embedding, and for the numbers of the items that they know. */
export const userRequest = (user: string): QdrantRequests['scrollPoints'] => ({
  filter: { must: [{ key: 'id', match: { value: user } }] },
  limit: 1,
  with_vector: true,
});

/** What a printed command asks for. */
export interface TopKCommandOptions {
  /** Address of the server. */
  readonly url: string;
  readonly prefix: string;
  readonly user: string;
  readonly k: number;
  /** Whether the items of the user's training interactions are left out. */
  readonly withoutSeen: boolean;
  readonly withApiKey: boolean;
}

/** A user's best items by two requests, with curl and jq: the exact search, whatever index Qdrant has made. */
export function topKCommand(options: TopKCommandOptions): string {
  const { url, prefix, user, k, withoutSeen, withApiKey } = options;
  const { users, items } = collectionNames(prefix);
  const key = withApiKey ? ' -H "api-key: $QDRANT_API_KEY"' : '';
  const post = (path: string) =>
    `curl -s '${url}/collections/${path}'${key} -H 'content-type: application/json'`;
  const filter = withoutSeen ? ', filter: {must_not: [{has_id: .payload.seen}]}' : '';
  const wanted = `limit: ${k}, with_payload: true, params: {exact: true}`;
  return [
    `${post(`${users}/points/scroll`)} -d ${quoteShell(JSON.stringify(userRequest(user)))} |`,
    `  jq '.result.points[0] | {query: .vector, ${wanted}${filter}}' |`,
    `  ${post(`${items}/points/query`)} -d @-`,
  ].join('\n');
}

const quoteShell = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
