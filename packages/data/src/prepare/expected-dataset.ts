import { createRng, type RandomStream } from '@mmrec/core';

/** An interaction as raw files hold it. */
export interface RawReview {
  readonly user: string;
  readonly item: string;
  readonly rating: number;
  readonly time: number;
}

/** Reviews with repeated pairs, users and items of few partners, and times that coincide. */
export function rawReviews(count: number, seed = 1): RawReview[] {
  const stream = createRng(seed).stream('reviews');
  const skewed = (below: number) => Math.floor(stream.uniform() ** 2 * below);
  return Array.from({ length: count }, () => ({
    user: `A${skewed(count / 8)}`,
    item: `B${String(skewed(count / 12)).padStart(9, '0')}`,
    rating: 1 + stream.integer(5),
    time: 1_300_000_000 + 1000 * stream.integer(count),
  }));
}

/** What the rules of preparing say, in the plainest way. */
export interface ExpectedRules {
  readonly kCore: number;
  readonly protocol: 'mmrec' | 'lattice' | 'time' | 'leave-one-out';
  readonly seed: number;
  readonly minRating?: number;
}

/** Lines of the `.inter` file as `user item label`, sorted; and the ids in order. */
export interface ExpectedDataset {
  readonly users: readonly string[];
  readonly items: readonly string[];
  readonly rows: readonly string[];
}

type Row = RawReview & { readonly row: number };

/** Applies the rules, one after the other, without any of the code under test. */
export function expectedDataset(
  reviews: readonly RawReview[],
  { kCore, protocol, seed, minRating = -Infinity }: ExpectedRules,
): ExpectedDataset {
  const isTimed = protocol === 'time' || protocol === 'leave-one-out';
  const all: Row[] = reviews.map((review, row) => ({ ...review, row }));
  const pairs = new Map<string, Row>();
  for (const review of all.filter(({ rating }) => rating >= minRating)) {
    const key = JSON.stringify([review.user, review.item]);
    const known = pairs.get(key);
    if (!known || (isTimed && review.time < known.time)) pairs.set(key, review);
  }
  let kept = [...pairs.values()].sort((a, b) => a.row - b.row);
  for (let before = -1; before !== kept.length;) {
    before = kept.length;
    const degree = (side: 'user' | 'item', id: string) =>
      kept.filter((review) => review[side] === id).length;
    const degrees = new Map(
      kept.flatMap(({ user, item }) => [
        [`user ${user}`, degree('user', user)] as const,
        [`item ${item}`, degree('item', item)] as const,
      ]),
    );
    kept = kept.filter(
      ({ user, item }) =>
        degrees.get(`user ${user}`)! >= kCore && degrees.get(`item ${item}`)! >= kCore,
    );
  }
  const inOrder = (side: 'user' | 'item') =>
    [...new Set(all.map((review) => review[side]))].filter((id) =>
      kept.some((review) => review[side] === id),
    );
  const users = inOrder('user');
  const items = inOrder('item');
  const labels = labelRows(kept, { users, protocol, seed });
  const rows = kept.map((review) =>
    [users.indexOf(review.user), items.indexOf(review.item), labels.get(review.row)].join(' '),
  );
  return { users, items, rows: rows.sort() };
}

interface LabelRules extends Pick<ExpectedRules, 'protocol' | 'seed'> {
  readonly users: readonly string[];
}

function labelRows(kept: readonly Row[], { users, protocol, seed }: LabelRules) {
  const labels = new Map(kept.map(({ row }) => [row, 0]));
  if (protocol === 'time') {
    const times = kept.map(({ time }) => time).sort((a, b) => a - b);
    const cut = (share: number) => times[times.length - Math.round(times.length * share) - 1]!;
    for (const { row, time } of kept) {
      labels.set(row, time <= cut(0.2) ? 0 : time <= cut(0.1) ? 1 : 2);
    }
    return labels;
  }
  for (const user of users) {
    const own = kept.filter((review) => review.user === user);
    if (protocol === 'leave-one-out') {
      own.sort((a, b) => a.time - b.time || a.row - b.row);
      if (own.length < 3) continue;
      labels.set(own.at(-1)!.row, 2).set(own.at(-2)!.row, 1);
      continue;
    }
    const n = own.length;
    const heldOut = n < 3 ? 0 : n < 10 ? 2 : Math.floor(n / 5);
    if (heldOut === 0) continue;
    shuffleByHand(own, createRng(seed).stream(`split/${user}`));
    const validation = protocol === 'mmrec' ? Math.floor(heldOut / 2) : Math.ceil(heldOut / 2);
    own.slice(0, heldOut).forEach(({ row }, at) => labels.set(row, at < validation ? 1 : 2));
  }
  return labels;
}

/** Fisher and Yates, from the end. */
function shuffleByHand(values: unknown[], stream: RandomStream): void {
  for (let last = values.length - 1; last > 0; last--) {
    const other = stream.integer(last + 1);
    const kept = values[last];
    values[last] = values[other];
    values[other] = kept;
  }
}
