import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRng, drawValues, type Recommender } from '@mmrec/core';
import { writeNpy } from '@mmrec/features';
import { createRunFolder } from '@mmrec/train';
import { tensor2d } from '@tensorflow/tfjs-core';

/** Users, items and width of the runs that {@link writeTestRun} writes. */
export const testRunSize = { numUsers: 30, numItems: 40, d: 6 };

/**
 * Writes a dataset folder and a finished run of it: random item embeddings that features tell, users who are the
 * sums of their items. For tests; a back end must be in use.
 *
 * @param sign - Of the items' embeddings: −1 turns all rankings of items around.
 */
export async function writeTestRun(
  folder: string,
  { sign = 1, name = 'run' } = {},
): Promise<string> {
  const { numUsers, numItems, d } = testRunSize;
  const data = join(folder, 'shop');
  mkdirSync(data, { recursive: true });
  const rng = createRng(5);
  const items = drawValues(rng.normal('items', [numItems, d]));
  const users = new Float32Array(numUsers * d);
  const rows: string[] = ['userID\titemID\tx_label'];
  for (let user = 0; user < numUsers; user++) {
    for (const item of [user, (user * 7 + 3) % numItems, (user * 3 + 11) % numItems]) {
      rows.push(`${user}\t${item}\t0`);
      for (let c = 0; c < d; c++) users[user * d + c]! += items[item * d + c]!;
    }
  }
  rows.push(`0\t${numItems - 1}\t2`);
  writeFileSync(join(data, 'shop.inter'), rows.join('\n') + '\n');
  const lines = Array.from({ length: numItems }, (_, item) =>
    JSON.stringify({ id: item, title: `Thing ${item}`, kind: item % 2 === 0 ? 'even' : 'odd' }),
  );
  writeFileSync(join(data, 'items.jsonl'), lines.join('\n') + '\n');
  await writeNpy(join(data, 'image_feat.npy'), { rows: numItems, columns: d, data: items });

  const out = join(folder, name);
  const writer = await createRunFolder(out, {
    config: {
      model: 'test',
      protocol: 'mmrec',
      seed: 1,
      metric: 'recall@20',
      modelOptions: {},
      trainingOptions: {},
      dataset: {
        path: data,
        name: 'shop',
        ...{ numUsers, numItems, train: 3 * numUsers, validation: 0, test: 1 },
        modalities: ['visual'],
      },
      backend: 'wasm',
      versions: { '@mmrec/cli': '1.2.3' },
    },
    ids: {
      users: Array.from({ length: numUsers }, (_, user) => String(user)),
      items: Array.from({ length: numItems }, (_, item) => String(item)),
    },
  });
  const model: Recommender = {
    parameters: {},
    losses: () => ({}),
    embed: () => ({
      users: tensor2d(users, [numUsers, d]),
      items: tensor2d(
        items.map((value) => sign * value),
        [numItems, d],
      ),
    }),
    dispose: () => undefined,
  };
  await writer.saveModel(model);
  await writer.finish({
    best: { epoch: 1 },
    ...{ protocol: 'mmrec', stopped: 'done', epochs: 1, seconds: 1, peakMemoryMB: 1 },
  });
  return out;
}
