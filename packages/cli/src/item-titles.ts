import { readCatalogue } from '@mmrec/data';

/** Titles by item id, as far as the dataset folder has them. */
export async function itemTitles(folder: string): Promise<ReadonlyMap<string, string>> {
  const items = (await readCatalogue(folder)) ?? [];
  return new Map(
    items.flatMap(({ id, externalId, title }) =>
      title === undefined ? [] : [[externalId ?? String(id), title] as const],
    ),
  );
}
