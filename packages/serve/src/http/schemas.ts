import type { ServerLimits } from './server-options.js';

const error = {
  type: 'object',
  properties: {
    error: {
      type: 'object',
      properties: { code: { type: 'string' }, message: { type: 'string' } },
      required: ['code', 'message'],
    },
  },
  required: ['error'],
};

const recommendations = {
  type: 'object',
  properties: {
    method: { type: 'string', enum: ['trained', 'fold-in', 'similar', 'popular'] },
    items: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          item: { type: 'string' },
          score: { type: 'number' },
          title: { type: 'string' },
          details: { type: 'object', additionalProperties: true },
        },
        required: ['item', 'score'],
      },
    },
    ignored: { type: 'array', items: { type: 'string' } },
  },
  required: ['method', 'items', 'ignored'],
};

const contribution = {
  type: 'object',
  properties: {
    item: { type: 'string' },
    title: { type: 'string' },
    contribution: { type: 'number' },
  },
};

const explanation = {
  type: 'object',
  properties: {
    item: { type: 'string' },
    title: { type: 'string' },
    score: { type: 'number' },
    byHistory: {
      type: 'object',
      properties: {
        items: { type: 'array', items: contribution },
        everyone: { type: 'number' },
        rest: { type: 'number' },
      },
    },
    byModality: {
      type: 'object',
      properties: {
        average: { type: 'number' },
        modalities: { type: 'object', additionalProperties: { type: 'number' } },
        interactions: { type: 'number' },
      },
    },
  },
  required: ['item', 'score', 'byHistory'],
};

const model = {
  type: 'object',
  properties: {
    model: { type: 'string' },
    users: { type: 'integer' },
    items: { type: 'integer' },
    embeddingSize: { type: 'integer' },
    modalities: { type: 'object', additionalProperties: { type: 'integer' } },
    fields: { type: 'array', items: { type: 'string' } },
    index: {
      type: 'object',
      properties: { kind: { type: 'string' }, recall: { type: 'number' } },
    },
    loadedAt: { type: 'string', format: 'date-time' },
    loads: { type: 'integer' },
  },
};

const failures = { '4xx': error, '5xx': error };

/** Schemas of all routes. */
export type Schemas = ReturnType<typeof createSchemas>;

/** What a request may be, and what the answers are: JSON schemas, which the OpenAPI document is made of. */
export function createSchemas(limits: ServerLimits) {
  const { id, features, k, query, request } = createParts(limits);
  return {
    recommend: { body: request, response: { 200: recommendations, ...failures } },
    batch: {
      body: {
        type: 'object',
        required: ['requests'],
        additionalProperties: false,
        properties: {
          requests: { type: 'array', minItems: 1, maxItems: limits.maxBatch, items: request },
        },
      },
      response: {
        200: {
          type: 'object',
          properties: {
            answers: { type: 'array', items: { anyOf: [recommendations, error] } },
          },
        },
        ...failures,
      },
    },
    user: {
      params: { type: 'object', properties: { user: id }, required: ['user'] },
      querystring: { type: 'object', properties: { k }, additionalProperties: false },
      response: { 200: recommendations, ...failures },
    },
    similar: {
      params: { type: 'object', properties: { item: id }, required: ['item'] },
      querystring: { type: 'object', properties: { k }, additionalProperties: false },
      response: { 200: recommendations, ...failures },
    },
    explain: {
      body: {
        type: 'object',
        additionalProperties: false,
        properties: { user: query.user, history: query.history, item: id },
        required: ['item'],
      },
      response: { 200: explanation, ...failures },
    },
    addItem: {
      body: {
        type: 'object',
        additionalProperties: false,
        required: ['id', 'features'],
        properties: {
          id,
          features,
          details: { type: 'object', additionalProperties: true, maxProperties: 64 },
        },
      },
      response: { 201: { type: 'object', properties: { id } }, ...failures },
    },
    model: { response: { 200: model, ...failures } },
    reload: { response: { 200: model, ...failures } },
    status: {
      response: {
        200: { type: 'object', properties: { status: { type: 'string' } } },
        503: error,
      },
    },
  };
}

/** What requests are made of. */
function createParts({ maxK, maxHistory, maxFeatures }: ServerLimits) {
  const id = { type: 'string', minLength: 1, maxLength: 200 };
  const ids = { type: 'array', items: id, maxItems: maxHistory };
  const value = { type: ['string', 'number', 'boolean'] };
  const features = {
    type: 'object',
    maxProperties: 16,
    additionalProperties: { type: 'array', items: { type: 'number' }, maxItems: maxFeatures },
    description: 'Features by modality, as many as the run was trained on.',
  };
  const k = {
    type: 'integer',
    minimum: 1,
    maximum: maxK,
    default: 10,
    description: 'Items wanted.',
  };
  const query = {
    user: { ...id, description: 'A user of the run.' },
    history: { ...ids, description: 'A new user, by ids of items they had. Empty: what most had.' },
    items: { ...ids, minItems: 1, description: 'Items to find similar ones to.' },
    features,
  };
  const options = {
    k,
    exclude: { ...ids, description: 'Items that are not wanted.' },
    repeat: {
      type: 'boolean',
      default: false,
      description: 'Whether items of the history may come again.',
    },
    filter: {
      type: 'object',
      maxProperties: 16,
      description:
        'Conditions on fields of items, all of which must hold: a value, a list of values, or {"min", "max"}.',
      additionalProperties: {
        anyOf: [
          value,
          { type: 'array', items: value, maxItems: 1000 },
          {
            type: 'object',
            properties: { min: { type: 'number' }, max: { type: 'number' } },
            additionalProperties: false,
          },
        ],
      },
    },
    diversify: {
      ...{ type: 'number', minimum: 0, maximum: 1, default: 0 },
      description: '0: by score alone; up to 1: unlike each other.',
    },
    fields: {
      ...{ type: 'array', items: id, maxItems: 32 },
      description: 'Fields of items to answer with, beside the title.',
    },
  };
  const request = {
    type: 'object',
    additionalProperties: false,
    properties: { ...query, ...options },
    description: 'Exactly one of user, history, items and features, and options.',
  };
  return { id, features, k, query, request };
}
