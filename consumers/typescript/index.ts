// Type-checked only: what an application writes has the types that it expects, and mistakes are refused.
import { createAlignRec, type AlignRecOptions } from '@mmrec/alignrec';
import { createBm3 } from '@mmrec/bm3';
import { main } from '@mmrec/cli';
import { createRng, type ModelInputs, type Recommender } from '@mmrec/core';
import { readTable, splitPerUser, type InteractionTable } from '@mmrec/data';
import { readFeatureFolder } from '@mmrec/features';
import { createInteractionGraph, lightGcn } from '@mmrec/graph';
import { createLgmrec } from '@mmrec/lgmrec';
import { createLightGcn } from '@mmrec/lightgcn';
import { bprLoss } from '@mmrec/losses';
import { ndcgAtK } from '@mmrec/metrics';
import { createMmssl } from '@mmrec/mmssl';
import { useBackend, xavierUniform } from '@mmrec/ops';
import { createServer, serveRun, type Recommendations } from '@mmrec/serve';
import { evaluate, fit, recommend, type FitResult } from '@mmrec/train';
import { createVbpr } from '@mmrec/vbpr';
import * as tf from '@tensorflow/tfjs-core';

export async function trainOnTable(file: string): Promise<FitResult> {
  const rng = createRng(1);
  const table: InteractionTable = await readTable(file, { user: 'customer', item: 'sku' });
  const { train, validation, test } = splitPerUser(table, { rng: rng.fork('split') });
  const features = await readFeatureFolder('features', { numItems: table.numItems });
  const inputs: ModelInputs = { interactions: train, features, rng };

  const { name } = await useBackend('wasm', { threads: 2 });
  const model: Recommender = createBm3(inputs, { embeddingSize: 32, variant: 'paper' });
  const result = await fit(model, { train, validation, rng, options: { epochs: 3 } });
  const embeddings = model.embed(rng);
  const { mean } = await evaluate(embeddings, { train, heldOut: test }, { ks: [20] });
  const recall: number | undefined = mean['recall@20'];
  const [list] = recommend(embeddings, { users: [0], k: 5, exclude: train });
  const best: number | undefined = list?.items[0]?.item;
  console.log(name, recall, best);
  return result;
}

export const models = [
  createAlignRec,
  createBm3,
  createLgmrec,
  createLightGcn,
  createMmssl,
  createVbpr,
] satisfies ((inputs: ModelInputs) => Recommender)[];

export function fromParts(table: InteractionTable): tf.Tensor1D {
  const graph = createInteractionGraph(table);
  const rng = createRng(2);
  const users = xavierUniform({ rows: graph.numUsers, columns: 8, rng }) as tf.Tensor2D;
  const items = xavierUniform({ rows: graph.numItems, columns: 8, rng }) as tf.Tensor2D;
  const h = lightGcn(graph, { users, items }, { numLayers: 2 });
  const scores: tf.Tensor1D = tf.sum(tf.mul(h.users, h.users), 1);
  return bprLoss(scores, scores);
}

export async function serve(folder: string): Promise<Recommendations> {
  const run = await serveRun(folder, { index: 'hnsw' });
  const server = await createServer(run, { token: 'secret' });
  const address: string = await server.listen({ port: 0 });
  console.log(address);
  return run.model.recommend({ history: ['a', 'b'] }, { k: 3, filter: { price: { max: 20 } } });
}

export const exitCode: Promise<number> = main(['doctor']);
export const ndcg: number = ndcgAtK([1, 2], [2], 2);
export const alignRecWidth: Partial<AlignRecOptions> = { embeddingSize: 64 };

// What is wrong doesn't compile: the types are there, and are not `any`.
export function mistakes(inputs: ModelInputs): void {
  // @ts-expect-error An unknown option.
  createBm3(inputs, { embedingSize: 32 });
  // @ts-expect-error A name for a number.
  createRng('seed');
  // @ts-expect-error A matrix for a vector.
  bprLoss(tf.zeros([2, 2]) as tf.Tensor2D, tf.zeros([2]) as tf.Tensor1D);
  // @ts-expect-error No such back end.
  void useBackend('gpu');
  // @ts-expect-error No such index.
  void serveRun('run', { index: 'fastest' });
  // @ts-expect-error Training needs training interactions.
  void fit(createLightGcn(inputs), { rng: inputs.rng });
}

// @ts-expect-error Not exported.
export type { Hidden } from '@mmrec/core';
