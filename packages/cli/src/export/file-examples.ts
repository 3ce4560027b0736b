import { join } from 'node:path';
import type { ScoringInput } from './scoring-graph.js';

/** For whom an example asks for what. */
export interface ExampleOptions {
  /** The exported folder. */
  readonly folder: string;
  /** A user's id. */
  readonly user: string;
  readonly k: number;
}

/** A user's best items with NumPy. */
export function npyExample({ folder, user, k }: ExampleOptions): string {
  const path = (file: string) => JSON.stringify(join(folder, file));
  return [
    'import json, numpy as np',
    `users, items = np.load(${path('user_embeddings.npy')}), np.load(${path('item_embeddings.npy')})`,
    `user_ids, item_ids = json.load(open(${path('user_ids.json')})), json.load(open(${path('item_ids.json')}))`,
    `scores = items @ users[user_ids.index(${JSON.stringify(user)})]`,
    `[item_ids[row] for row in np.argsort(-scores)[:${k}]]`,
  ].join('\n');
}

/** A user's best items with DuckDB. */
export function parquetExample({ folder, user, k }: ExampleOptions, withTitles: boolean): string {
  const text = (value: string) => `'${value.replaceAll("'", "''")}'`;
  return [
    `SELECT i.id, ${withTitles ? 'i.title, ' : ''}list_inner_product(i.embedding, u.embedding) AS score`,
    `FROM ${text(join(folder, 'items.parquet'))} i, ${text(join(folder, 'users.parquet'))} u`,
    `WHERE u.id = ${text(user)}`,
    `ORDER BY score DESC LIMIT ${k};`,
  ].join('\n');
}

/** The best items of the run's first user, or of a new one, with ONNX Runtime. */
export function onnxExample(
  { folder, k }: ExampleOptions,
  { input, embeddingSize }: { readonly input: ScoringInput; readonly embeddingSize: number },
): string {
  const [name, tensor] =
    input === 'user'
      ? ['user', "new Tensor('int64', [0n], [1])"]
      : ['user_embedding', `new Tensor('float32', embedding, [1, ${embeddingSize}])`];
  return [
    "import { InferenceSession, Tensor } from 'onnxruntime-node';",
    `const session = await InferenceSession.create(${JSON.stringify(join(folder, 'recommend.onnx'))});`,
    'const { items, scores } = await session.run({',
    `  ${name}: ${tensor},`,
    `  k: new Tensor('int64', [${k}n], [1]),`,
    "  excluded: new Tensor('int64', [], [0, 2]),",
    '});',
  ].join('\n');
}

/** Name of the file that a browser loads. */
export const servingFile = 'model.serving';

/** A page's program that recommends to somebody who had some items. */
export function servingExample(history: readonly string[], k: number): string {
  return [
    "import { loadRun } from '@mmrec/serve';",
    '',
    `const served = await loadRun('/${servingFile}');`,
    `served.recommend({ history: ${JSON.stringify(history)} }, { k: ${k} });`,
  ].join('\n');
}
