import { suggestion, type Interactions } from '@mmrec/core';
import { useBackend } from '@mmrec/ops';
import { itemsBySight, recommend as recommendItems } from '@mmrec/train';
import { coldEmbeddings } from '../cold-embeddings.js';
import { backendFlag, wholeNumber } from '../flags.js';
import { itemTitles } from '../item-titles.js';
import { openRun } from '../open-run.js';
import type { Streams } from '../streams.js';
import { UsageError } from '../usage-error.js';

/** Flags of `mmrec recommend`. */
export interface RecommendFlags {
  readonly user?: readonly string[];
  readonly k?: string;
  /** How new items are embedded from their features; `true` without a name. */
  readonly cold?: string | true;
  readonly onlyNew?: boolean;
  readonly data?: string;
  readonly backend?: string;
  readonly json?: boolean;
}

/** `mmrec recommend <run>`: the top items for some users, without those of their training history. */
export async function recommend(
  folder: string,
  flags: RecommendFlags,
  { stdout }: Streams,
): Promise<void> {
  const k = wholeNumber('-k', flags.k ?? '10');
  if (k === 0) throw new UsageError(`recommend: -k must be an integer ≥ 1, got '0'.`);
  const wanted = flags.user ?? [];
  if (wanted.length === 0)
    throw new UsageError('recommend: --user must name at least one user, got none.');
  await useBackend(backendFlag(flags.backend));
  const open = await openRun(folder, flags.data);
  const { run, dataset, dataFolder } = open;
  const indexOf = new Map(run.ids.users.map((id, index) => [id, index]));
  const users = wanted.map((id) => {
    const index = indexOf.get(id);
    if (index !== undefined) return index;
    const hint = run.ids.users.length > 50_000 ? '' : suggestion(id, run.ids.users);
    throw new Error(`recommend: ${folder} has no user '${id}'.${hint}`);
  });
  const titles = await itemTitles(dataFolder);
  const { cold = flags.onlyNew ? true : undefined } = flags;
  const embeddings =
    cold === undefined ? open.embeddings : await coldEmbeddings(open, cold, '--cold');
  const exclude = flags.onlyNew ? knownItemsOf(users, dataset.train) : dataset.train;
  const results = recommendItems(embeddings, { users, k, exclude }).map(({ user, items }) => ({
    user: run.ids.users[user]!,
    items: items.map(({ item, score }) => {
      const id = run.ids.items[item]!;
      const title = titles.get(id);
      return { item: id, score, ...(title !== undefined && { title }) };
    }),
  }));
  if (flags.json) {
    stdout.write(`${JSON.stringify(results, null, 2)}\n`);
    return;
  }
  for (const { user, items } of results) {
    stdout.write(`user ${user}\n`);
    const width = Math.max(...items.map(({ item }) => item.length));
    items.forEach(({ item, score, title }, place) => {
      const rank = String(place + 1).padStart(3);
      stdout.write(
        `${rank}  ${item.padEnd(width)}  ${score.toFixed(4).padStart(8)}  ${title ?? ''}`.trimEnd() +
          '\n',
      );
    });
    stdout.write('\n');
  }
}

/** Each of some users with all items that have training interactions: what is not recommended when only new items are. */
function knownItemsOf(users: readonly number[], train: Interactions): Interactions {
  const { warmItems } = itemsBySight(train);
  return {
    ...train,
    users: Int32Array.from(users.flatMap((user) => [...warmItems].map(() => user))),
    items: Int32Array.from(users.flatMap(() => [...warmItems])),
  };
}
