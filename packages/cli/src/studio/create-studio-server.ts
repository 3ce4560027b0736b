import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify';
import { createItemSearch } from './find-items.js';
import { findUsers, pickUser } from './find-users.js';
import { itemPage } from './item-page.js';
import { createItemMaps } from './item-map.js';
import { maxK, type Studio } from './open-studio.js';
import { readPicture } from './read-picture.js';
import { runsPage } from './runs-page.js';
import type { StudioInfo } from './studio-api.js';
import { studioFiles } from './studio-files.js';
import { userPage, userSummary } from './user-page.js';

/** Everything comes from this server, and nothing else is asked. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** What is asked for isn't there. */
class NotFound extends Error {
  readonly statusCode = 404;
}

/** The studio's page and what it asks, not listening yet. */
export async function createStudioServer(studio: Studio): Promise<FastifyInstance> {
  const { fastify } = await import('fastify');
  const server: FastifyInstance = fastify({ forceCloseConnections: true });
  server.addHook('onRequest', async (request, reply) => {
    void reply.headers({
      'content-security-policy': policy,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    });
    // A page elsewhere whose name is made to lead here has that name in its requests.
    if (isLocal(request.headers.host)) return;
    await reply.code(403).send(problem('The studio answers on this machine only.'));
  });
  server.setErrorHandler((error: FastifyError, _request, reply: FastifyReply) => {
    void reply.code(error.statusCode ?? 500).send(problem(error.message));
  });
  server.setNotFoundHandler((_request, reply) => {
    void reply.code(404).send(problem('There is no such page.'));
  });
  for (const { path, type, text } of studioFiles())
    server.get(path, (_request, reply) => reply.type(type).send(text));
  addUsers(server, studio);
  addItems(server, studio);
  const info = describeStudio(studio);
  server.get('/api/studio', () => info);
  server.get('/api/runs', () => runsPage(studio));
  return server;
}

const problem = (message: string) => ({ error: { message } });

function isLocal(host = ''): boolean {
  return /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/.test(host);
}

function describeStudio({ datasetName, users, items, splits, runs }: Studio): StudioInfo {
  return {
    dataset: {
      name: datasetName,
      users: users.length,
      items: items.ids.length,
      train: splits.train.items.length,
      validation: splits.validation.items.length,
      test: splits.test.items.length,
    },
    runs: runs.map(({ name, config }) => ({ name, model: config.model })),
    hasPictures: items.hasPictures,
    maxK,
  };
}

/** What an address may ask for; Fastify makes numbers of what should be some. */
const text = { type: 'string', maxLength: 500 } as const;
const query = (
  properties: Readonly<Record<string, unknown>>,
  required: readonly string[] = [],
) => ({
  schema: { querystring: { type: 'object', properties, required } },
});
const count = { type: 'integer', minimum: 1, maximum: maxK, default: 10 } as const;
const limit = { type: 'integer', minimum: 1, maximum: 200, default: 30 } as const;

function addUsers(server: FastifyInstance, studio: Studio): void {
  server.get<{ Querystring: { query: string; limit: number } }>(
    '/api/users',
    query({ query: { ...text, default: '' }, limit }),
    ({ query }) =>
      findUsers(studio, query.query, query.limit).map((user) => userSummary(studio, user)),
  );
  server.get<{ Querystring: { differ: boolean; k: number } }>(
    '/api/users/pick',
    query({ differ: { type: 'boolean', default: false }, k: count }),
    ({ query }) => userSummary(studio, pickUser(studio, query)),
  );
  server.get<{ Querystring: { id: string; k: number } }>(
    '/api/user',
    query({ id: text, k: count }, ['id']),
    ({ query: { id, k } }) => {
      const user = studio.userRow(id);
      if (user === undefined) throw new NotFound(`There is no user “${id}” in this dataset.`);
      return userPage(studio, user, k);
    },
  );
}

function addItems(server: FastifyInstance, studio: Studio): void {
  const { items, dataFolder, runs } = studio;
  const search = createItemSearch(items);
  const maps = createItemMaps(studio);
  const rowOf = (id: string): number => {
    const row = items.rowOf(id);
    if (row === undefined) throw new NotFound(`There is no item “${id}” in this dataset.`);
    return row;
  };
  server.get<{ Querystring: { query: string; limit: number } }>(
    '/api/items',
    query({ query: { ...text, default: '' }, limit }),
    ({ query }) => search(query.query, query.limit).map((row) => items.summary(row)),
  );
  server.get<{ Querystring: { id: string; k: number } }>(
    '/api/item',
    query({ id: text, k: count }, ['id']),
    ({ query: { id, k } }) => itemPage(studio, rowOf(id), k),
  );
  server.get<{ Querystring: { id: string } }>(
    '/api/picture',
    query({ id: text }, ['id']),
    async ({ query: { id } }, reply) => {
      const name = items.pictureOf(rowOf(id));
      const picture = name === undefined ? undefined : await readPicture(dataFolder, name);
      if (!picture) throw new NotFound(`There is no picture of item “${id}”.`);
      return reply
        .header('cache-control', 'private, max-age=3600')
        .type(picture.type)
        .send(picture.bytes);
    },
  );
  server.get('/api/map-items', () => maps.items());
  server.get<{ Querystring: { run: number } }>(
    '/api/map',
    query({ run: { type: 'integer', minimum: 0 } }, ['run']),
    async ({ query: { run } }, reply) => {
      if (!runs[run]) throw new NotFound(`There is no run ${run} in this studio.`);
      return reply.type('application/octet-stream').send(await maps.of(run));
    },
  );
}
