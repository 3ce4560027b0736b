import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A point as it is stored. */
interface Point {
  readonly id: number;
  readonly vector: readonly number[];
  readonly payload: Readonly<Record<string, unknown>>;
}

interface Collection {
  readonly size: number;
  readonly indexed: string[];
  readonly points: Map<number, Point>;
}

/** What the server holds. */
export interface FakeQdrant {
  readonly url: string;
  readonly collections: Map<string, Collection>;
  /** Collections by alias. */
  readonly aliases: Map<string, string>;
  /** Called before each request is answered. */
  onRequest: (method: string, path: string) => void;
  close(): void;
}

class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

const refuse = (status: number, message: string): never => {
  throw new Refusal(status, message);
};

/** A body that has certain fields, and no others: Qdrant ignores others, which hides misspelled ones. */
function fields(body: unknown, required: readonly string[], optional: readonly string[] = []) {
  if (typeof body !== 'object' || body === null) return refuse(400, 'body must be an object');
  const names = Object.keys(body);
  for (const name of required) if (!names.includes(name)) refuse(400, `missing field ${name}`);
  const odd = names.find((name) => ![...required, ...optional].includes(name));
  if (odd !== undefined) refuse(400, `unknown field ${odd}`);
  return body as Record<string, unknown>;
}

/**
 * As much of Qdrant as the export needs, in memory, for tests: written from the documentation of its REST API, and
 * stricter: it refuses fields that it doesn't know, and aliases that are there.
 *
 * @param apiKey - Requests without it are refused, where it is given.
 */
export async function startFakeQdrant(apiKey?: string): Promise<FakeQdrant> {
  const state: FakeQdrant = {
    url: '',
    collections: new Map(),
    aliases: new Map(),
    onRequest: () => undefined,
    close: () => undefined,
  };
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const text = (await request.setEncoding('utf8').toArray()).join('');
    const reply = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    try {
      const [method, path] = [request.method!, request.url!];
      if (apiKey !== undefined && request.headers['api-key'] !== apiKey) {
        response.writeHead(401).end('Must provide an API key or an Authorization bearer token');
        return;
      }
      state.onRequest(method, path);
      const body: unknown = text === '' ? undefined : JSON.parse(text);
      reply(200, { result: route(state, `${method} ${path}`, body), status: 'ok', time: 0 });
    } catch (error) {
      const { message } = error as Error;
      reply(error instanceof Refusal ? error.status : 500, { status: { error: message }, time: 0 });
    }
  };
  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return Object.assign(state, {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  });
}

function route(state: FakeQdrant, what: string, body: unknown): unknown {
  const { collections, aliases } = state;
  if (what === 'GET /collections') {
    return { collections: [...collections.keys()].map((name) => ({ name })) };
  }
  if (what === 'GET /aliases') {
    const entries = [...aliases].map(([alias_name, collection_name]) => ({
      alias_name,
      collection_name,
    }));
    return { aliases: entries };
  }
  if (what === 'POST /collections/aliases') return changeAliases(state, body);
  const [, action, name = '', rest = ''] =
    /^(\w+) \/collections\/([\w-]+)(.*)$/.exec(what) ?? refuse(404, `no ${what}`);
  if (action === 'PUT' && rest === '') return createCollection(state, name, body);
  if (action === 'DELETE' && rest === '') {
    for (const [alias, target] of aliases) if (target === name) aliases.delete(alias);
    return collections.delete(name);
  }
  const collection = collections.get(aliases.get(name) ?? name);
  if (!collection) return refuse(404, `Not found: Collection \`${name}\` doesn't exist!`);
  const operations: Readonly<Record<string, () => unknown>> = {
    'PUT /index?wait=true': () => {
      const { field_name, field_schema } = fields(body, ['field_name', 'field_schema']);
      if (field_schema !== 'keyword') refuse(400, `unknown schema ${String(field_schema)}`);
      collection.indexed.push(String(field_name));
      return { status: 'completed', operation_id: 0 };
    },
    'PUT /points?wait=true': () => upsert(collection, body),
    'POST /points/scroll': () => scroll(collection, body),
    'POST /points/query': () => query(collection, body),
  };
  return (operations[`${action} ${rest}`] ?? (() => refuse(404, `no ${what}`)))();
}

function createCollection({ collections, aliases }: FakeQdrant, name: string, body: unknown) {
  const { vectors } = fields(body, ['vectors']);
  const { size, distance } = fields(vectors, ['size', 'distance']);
  if (distance !== 'Dot') refuse(400, `distance ${String(distance)}`);
  if (collections.has(name) || aliases.has(name)) refuse(409, `Collection ${name} already exists!`);
  collections.set(name, { size: size as number, indexed: [], points: new Map() });
  return true;
}

/** All actions or none. */
function changeAliases({ collections, aliases }: FakeQdrant, body: unknown) {
  const changed = new Map(aliases);
  for (const action of fields(body, ['actions'])['actions'] as object[]) {
    const { delete_alias, create_alias } = fields(action, [], ['delete_alias', 'create_alias']);
    if (delete_alias !== undefined) {
      changed.delete(String(fields(delete_alias, ['alias_name'])['alias_name']));
    } else {
      const names = fields(create_alias, ['collection_name', 'alias_name']);
      const [target, alias] = [String(names['collection_name']), String(names['alias_name'])];
      if (!collections.has(target)) refuse(404, `no collection ${target}`);
      if (collections.has(alias)) refuse(400, `${alias} is a collection`);
      if (changed.has(alias)) refuse(400, `${alias} is an alias`);
      changed.set(alias, target);
    }
  }
  aliases.clear();
  for (const [alias, target] of changed) aliases.set(alias, target);
  return true;
}

function upsert({ size, points }: Collection, body: unknown) {
  for (const point of fields(body, ['points'])['points'] as object[]) {
    const { id, vector, payload } = fields(point, ['id', 'vector'], ['payload']);
    if (!Number.isInteger(id) || (id as number) < 0) refuse(400, `id ${String(id)}`);
    const { length } = vector as number[];
    if (length !== size) refuse(400, `Vector dimension error: expected ${size}, got ${length}`);
    points.set(id as number, { id, vector, payload } as Point);
  }
  return { status: 'completed', operation_id: 0 };
}

function scroll({ indexed, points }: Collection, body: unknown) {
  const { filter, limit } = fields(body, ['filter', 'limit', 'with_vector']);
  const [condition] = fields(filter, ['must'])['must'] as object[];
  const { key, match } = fields(condition, ['key', 'match']);
  const { value } = fields(match, ['value']);
  if (!indexed.includes(String(key)))
    refuse(400, `Index required but not found for ${String(key)}`);
  const found = [...points.values()].filter(({ payload }) => payload[String(key)] === value);
  return { points: found.slice(0, limit as number), next_page_offset: null };
}

function query({ points }: Collection, body: unknown) {
  const given = fields(body, ['query', 'limit'], ['with_payload', 'params', 'filter']);
  const { must_not = [] } = fields(given['filter'] ?? {}, [], ['must_not']);
  const left = (must_not as object[]).flatMap(
    (condition) => fields(condition, ['has_id'])['has_id'] as number[],
  );
  const user = given['query'] as number[];
  const scored = [...points.values()]
    .filter(({ id }) => !left.includes(id))
    .map(({ id, vector, payload }) => ({
      id,
      score: vector.reduce((sum, value, at) => sum + value * user[at]!, 0),
      payload,
    }))
    .sort((a, b) => b.score - a.score);
  return { points: scored.slice(0, given['limit'] as number) };
}
