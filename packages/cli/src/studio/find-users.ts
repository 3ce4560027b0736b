import { randomInt } from 'node:crypto';
import { itemsOf, type Studio } from './open-studio.js';

/** Users that are looked at for one on whom the runs differ. */
const sampleSize = 300;

/** Rows of the users whose id has a text in it: that very id first, then those that begin with it. */
export function findUsers({ users }: Studio, text: string, limit: number): number[] {
  const wanted = text.trim().toLowerCase();
  const places = [0, 1, 2].map((): number[] => []);
  for (let row = 0; row < users.length; row++) {
    const id = users[row]!.toLowerCase();
    const at = id.indexOf(wanted);
    if (at < 0) continue;
    places[id === wanted ? 0 : at === 0 ? 1 : 2]!.push(row);
    if (places[0]!.length + places[1]!.length >= limit) break;
  }
  return places.flat().slice(0, limit);
}

/**
 * Any user with a history and test items, where there are some.
 *
 * @param differ - Of a sample, the one of whose test items the runs find the most different numbers.
 */
export function pickUser(studio: Studio, { differ, k }: { differ: boolean; k: number }): number {
  const { users, splits } = studio;
  const length = (split: keyof Studio['splits'], user: number) =>
    itemsOf(splits[split], user).length;
  const all = Array.from(users.keys());
  const useful = all.filter((user) => length('train', user) > 0 && length('test', user) > 0);
  const from = useful.length > 0 ? useful : all;
  const draw = () => from[randomInt(from.length)]!;
  if (!differ || studio.runs.length < 2 || useful.length === 0) return draw();
  const sample = [...new Set(Array.from({ length: sampleSize }, draw))];
  const hits = studio.runs.map((run) => hitsOf(studio, run.served, { sample, k }));
  const spread = sample.map((_, at) => {
    const values = hits.map((each) => each[at]!);
    return Math.max(...values) - Math.min(...values);
  });
  return sample[spread.indexOf(Math.max(...spread))]!;
}

/** Test items among the best `k` of each user. */
function hitsOf(
  { users, splits, items }: Studio,
  served: Studio['runs'][number]['served'],
  { sample, k }: { readonly sample: readonly number[]; readonly k: number },
): number[] {
  const answers = served.recommendMany(sample.map((user) => ({ user: users[user]!, k })));
  return answers.map((answer, at) => {
    if (answer instanceof Error) return 0;
    const test = itemsOf(splits.test, sample[at]!);
    return answer.items.filter(({ item }) => test.includes(items.rowOf(item)!)).length;
  });
}
