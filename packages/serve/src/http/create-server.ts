import { createHash, timingSafeEqual } from 'node:crypto';
import { withoutUndefined } from '@mmrec/core';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Query, RecommendOptions } from '../recommend/query.js';
import { ServeError, type ServeErrorCode } from '../recommend/serve-error.js';
import type { NewItem, Request } from '../recommend/serve-model.js';
import { createQuestionBatcher } from './batch-questions.js';
import { createSchemas, type Schemas } from './schemas.js';
import { createServerMetrics, type ServerMetrics } from './server-metrics.js';
import { serverLimits, type ServerLimits, type ServerOptions } from './server-options.js';
import type { ServedRun } from './serve-run.js';

/** Statuses of the errors that askers make. */
const statuses: Record<ServeErrorCode, number> = {
  'invalid-request': 400,
  'not-found': 404,
  unanswerable: 422,
};

/**
 * An HTTP server for a run: JSON with schemas, an OpenAPI document (`/openapi.json`) and its page (`/docs`), health
 * (`/health`), readiness (`/ready`) and Prometheus metrics (`/metrics`). Not listening yet: `server.listen({ port })`,
 * `server.close()` ends it once all requests are answered. Needs `fastify`, loaded on the first call.
 *
 * @returns A Fastify server, to which an application can add routes of its own before it listens.
 */
export async function createServer(
  run: ServedRun,
  options: ServerOptions = {},
): Promise<FastifyInstance> {
  const limits: ServerLimits = { ...serverLimits, ...withoutUndefined(options) };
  const server = await startFastify(limits, options.log ?? false);
  const metrics = await createServerMetrics(run);
  await addDocumentation(server);
  server.addHook('onResponse', (request, reply, done) => {
    metrics.observe({
      // Unknown paths are anybody's: one name for all of them.
      route: request.routeOptions.url ?? 'unknown',
      method: request.method,
      status: reply.statusCode,
      seconds: reply.elapsedTime / 1000,
    });
    done();
  });
  if (options.token !== undefined) requireToken(server, options.token);
  if (limits.requestsPerMinute > 0) {
    const { default: rateLimit } = await import('@fastify/rate-limit');
    await server.register(rateLimit, { max: limits.requestsPerMinute, timeWindow: 60_000 });
  }
  answerErrors(server);
  const schemas = createSchemas(limits);
  addQuestions(server, run, schemas);
  addOperations(server, run, { schemas, metrics, newItems: options.newItems ?? false });
  // Whoever may load runs is known by the token.
  if (options.token !== undefined) addReload(server, run, { schemas, metrics });
  watch(server, run, { metrics, interval: options.watchInterval ?? 5000 });
  return server;
}

async function startFastify(
  { maxBodyBytes, requestTimeout }: ServerLimits,
  log: boolean,
): Promise<FastifyInstance> {
  const [{ fastify }, { Ajv }] = await Promise.all([import('fastify'), import('ajv')]);
  const server: FastifyInstance = fastify({
    bodyLimit: maxBodyBytes,
    requestTimeout,
    // Who doesn't read an answer is let go in the end.
    connectionTimeout: requestTimeout + 60_000,
    keepAliveTimeout: 72_000,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 200 },
    http: {
      // Node swaps the two timeouts where this one, a minute by default, is the longer.
      headersTimeout: requestTimeout,
      // And looks for requests that are too slow every 30 s otherwise.
      connectionsCheckingInterval: Math.min(1000, requestTimeout),
    },
    ...(log && { logger: { stream: process.stderr } }),
  });
  // Fastify reads plain text as well.
  server.removeContentTypeParser('text/plain');
  // What comes in a body has the type it says; what comes in an address is text.
  const options = { useDefaults: true, allErrors: false, allowUnionTypes: true, strict: false };
  const bodies = new Ajv({ ...options, coerceTypes: false });
  const addresses = new Ajv({ ...options, coerceTypes: true });
  server.setValidatorCompiler(({ schema, httpPart }) =>
    (httpPart === 'body' ? bodies : addresses).compile(schema as object),
  );
  return server;
}

async function addDocumentation(server: FastifyInstance): Promise<void> {
  const [{ default: swagger }, { default: swaggerUi }] = await Promise.all([
    import('@fastify/swagger'),
    import('@fastify/swagger-ui'),
  ]);
  await server.register(swagger, {
    openapi: {
      info: {
        title: 'mmrec',
        description: 'Recommendations of a trained model.',
        version: '1',
      },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    },
  });
  await server.register(swaggerUi, { routePrefix: '/docs' });
  server.get('/openapi.json', { schema: { hide: true } }, () => server.swagger());
}

/** Paths that say nothing of anybody, which load balancers ask without a token. */
const open = new Set(['/health', '/ready']);

function requireToken(server: FastifyInstance, token: string): void {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  const wanted = digest(`Bearer ${token}`);
  server.addHook('onRequest', async (request, reply) => {
    if (open.has(request.routeOptions.url ?? '')) return;
    if (timingSafeEqual(digest(request.headers.authorization ?? ''), wanted)) return;
    await reply
      .code(401)
      .header('www-authenticate', 'Bearer')
      .send(errorBody('unauthorized', 'A bearer token must be given: Authorization: Bearer …'));
  });
}

function answerErrors(server: FastifyInstance): void {
  server.setErrorHandler((error: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
    if (error instanceof ServeError)
      return reply.code(statuses[error.code]).send(errorBody(error.code, error.message));
    const status = error.statusCode ?? 500;
    if (status < 500)
      return reply.code(status).send(errorBody(codeOf(status), explainInvalid(error)));
    request.log.error(error);
    process.stderr.write(
      `mmrec: ${request.method} ${request.url}: ${error.stack ?? error.message}\n`,
    );
    return reply.code(500).send(errorBody('internal', 'The server failed; its log says why.'));
  });
  server.setNotFoundHandler((request, reply) =>
    reply
      .code(404)
      .send(
        errorBody(
          'not-found',
          `There is no ${request.method} ${request.url.slice(0, 100)}. See /docs.`,
        ),
      ),
  );
}

const codeOf = (status: number) =>
  ({ 413: 'too-large', 415: 'unsupported-media-type', 429: 'too-many-requests' })[status] ??
  'invalid-request';

/** A schema's complaint, with the name of what is not allowed. */
function explainInvalid(error: FastifyError): string {
  const [first] = error.validation ?? [];
  const extra = (first?.params as { additionalProperty?: string } | undefined)?.additionalProperty;
  return extra === undefined ? error.message : `${error.message}: '${extra.slice(0, 60)}'`;
}

const errorBody = (code: string, message: string) => ({ error: { code, message } });

function addQuestions(server: FastifyInstance, run: ServedRun, schemas: Schemas): void {
  const answer = createQuestionBatcher(run);
  const tags = ['recommend'];
  server.post<{ Body: Request }>(
    '/v1/recommend',
    { schema: { ...schemas.recommend, tags, summary: 'Items for a user, or like some items' } },
    ({ body }) => answer(body),
  );
  server.post<{ Body: { requests: Request[] } }>(
    '/v1/recommend/batch',
    { schema: { ...schemas.batch, tags, summary: 'Several questions at once' } },
    ({ body }) => ({
      answers: run.model
        .recommendMany(body.requests)
        .map((answer) =>
          answer instanceof ServeError ? errorBody(answer.code, answer.message) : answer,
        ),
    }),
  );
  server.get<{ Params: { user: string }; Querystring: RecommendOptions }>(
    '/v1/users/:user/recommendations',
    { schema: { ...schemas.user, tags, summary: 'Items for a user of the run' } },
    ({ params, query }) => answer({ user: params.user, ...query }),
  );
  server.get<{ Params: { item: string }; Querystring: RecommendOptions }>(
    '/v1/items/:item/similar',
    { schema: { ...schemas.similar, tags, summary: 'Items like an item' } },
    ({ params, query }) => answer({ items: [params.item], ...query }),
  );
  server.post<{ Body: Query & { item: string } }>(
    '/v1/explain',
    { schema: { ...schemas.explain, tags, summary: 'Why an item gets its score' } },
    ({ body: { item, ...query } }) => run.model.explain(query, item),
  );
}

interface OperationsInputs {
  readonly schemas: Schemas;
  readonly metrics: ServerMetrics;
  readonly newItems: boolean;
}

function addOperations(
  server: FastifyInstance,
  run: ServedRun,
  { schemas, metrics, newItems }: OperationsInputs,
): void {
  const tags = ['operate'];
  server.get('/v1/model', { schema: { ...schemas.model, tags, summary: 'What is served' } }, () =>
    describe(run),
  );
  if (newItems) {
    server.post<{ Body: NewItem }>(
      '/v1/items',
      { schema: { ...schemas.addItem, tags, summary: 'Add an item by its features' } },
      ({ body }, reply) => {
        run.addItem(body);
        return reply.code(201).send({ id: body.id });
      },
    );
  }
  let closing = false;
  server.addHook('preClose', (done) => {
    closing = true;
    // Connections that answer now are kept open after their last answer otherwise.
    const timer = setInterval(() => {
      server.server.closeIdleConnections();
    }, 50);
    server.server.once('close', () => {
      clearInterval(timer);
    });
    done();
  });
  server.get(
    '/health',
    { schema: { ...schemas.status, tags, summary: 'Whether it runs' } },
    () => ({
      status: 'ok',
    }),
  );
  server.get(
    '/ready',
    { schema: { ...schemas.status, tags, summary: 'Whether it takes requests' } },
    (_, reply) =>
      closing
        ? reply.code(503).send(errorBody('closing', 'The server is about to end.'))
        : { status: 'ready' },
  );
  server.get('/metrics', { schema: { hide: true } }, async (_, reply) =>
    reply.type(metrics.contentType).send(await metrics.text()),
  );
}

const describe = (run: ServedRun) => ({
  ...run.model.info,
  loadedAt: run.loadedAt.toISOString(),
  loads: run.loads,
});

function addReload(
  server: FastifyInstance,
  run: ServedRun,
  { schemas, metrics }: Pick<OperationsInputs, 'schemas' | 'metrics'>,
): void {
  server.post(
    '/v1/reload',
    { schema: { ...schemas.reload, tags: ['operate'], summary: 'Load the run anew' } },
    async (_, reply) => {
      try {
        await run.reload();
      } catch (error) {
        metrics.countReload('failed');
        return reply.code(500).send(errorBody('reload-failed', (error as Error).message));
      }
      metrics.countReload('done');
      return describe(run);
    },
  );
}

function watch(
  server: FastifyInstance,
  run: ServedRun,
  { metrics, interval }: { readonly metrics: ServerMetrics; readonly interval: number },
): void {
  if (interval === 0) return;
  let failed: string | undefined;
  const look = async () => {
    try {
      if (await run.reloadIfNewer()) metrics.countReload('done');
      failed = undefined;
    } catch (error) {
      // Once for each reason: the next look is seconds away.
      const { message } = error as Error;
      if (message !== failed) process.stderr.write(`mmrec: ${message}\n`);
      if (message !== failed) metrics.countReload('failed');
      failed = message;
    }
  };
  const timer = setInterval(() => void look(), interval);
  timer.unref();
  server.addHook('onClose', (_, done) => {
    clearInterval(timer);
    done();
  });
}
