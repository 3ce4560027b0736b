import { catalogueId, readCatalogue } from '@mmrec/data';

/** Titles by item id, as far as the dataset folder has them. */
export async function itemTitles(folder: string): Promise<ReadonlyMap<string, string>> {
  const items = (await readCatalogue(folder)) ?? [];
  return new Map(
    items.flatMap((item) =>
      item.title === undefined ? [] : [[catalogueId(item), item.title] as const],
    ),
  );
}
