import type { Studio, StudioRun } from './open-studio.js';
import type { ItemPage } from './studio-api.js';

/** Users that a page names. */
const namedUsers = 12;
/** Fields that the page shows in other ways. */
const shownElsewhere = new Set(['title', 'image', 'text', 'imageUrl']);

/** An item with the `k` items that every run has nearest to it. */
export function itemPage(studio: Studio, row: number, k: number): ItemPage {
  const { items, runs } = studio;
  const fields = Object.entries(items.details[row]!).flatMap(([name, value]) =>
    shownElsewhere.has(name) ? [] : [{ name, value: textOf(value) }],
  );
  return {
    item: items.summary(row),
    fields: fields.filter(({ value }) => value !== ''),
    users: usersWith(studio, row),
    runs: runs.map((run) => ({ items: similarItems(studio, run, { row, k }) })),
  };
}

function similarItems(
  { items }: Studio,
  { served }: StudioRun,
  { row, k }: { readonly row: number; readonly k: number },
) {
  if (items.ids.length < 2) return [];
  return served.recommend({ items: [items.ids[row]!] }, { k }).items.map(({ item, score }) => ({
    item: items.summary(items.rowOf(item)!),
    similarity: score,
  }));
}

function usersWith({ users, splits: { train } }: Studio, row: number): string[] {
  const found: string[] = [];
  for (let user = 0; user < users.length && found.length < namedUsers; user++) {
    for (let at = train.offsets[user]!; at < train.offsets[user + 1]!; at++)
      if (train.items[at] === row) found.push(users[user]!);
  }
  return found;
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return value.map(textOf).join(' › ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value as string | number);
}
