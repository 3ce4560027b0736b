import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** An item as `items.jsonl` describes it. */
export interface CatalogueItem {
  readonly id: string | number;
  /** What the item is called outside, such as its ASIN. */
  readonly externalId?: string;
  readonly title?: string;
  readonly description?: string;
  /** The image's file, relative to the folder. */
  readonly image?: string;
  /** Whatever else is known of the item, such as its category or price. */
  readonly [field: string]: unknown;
}

/** What an item of the catalogue is called outside, and in a run. */
export const catalogueId = ({ id, externalId }: CatalogueItem): string => externalId ?? String(id);

/**
 * The lines of a dataset folder's `items.jsonl`, in its order, or undefined where there is none.
 *
 * @throws {RangeError} For a line that is not a JSON object with an `id`.
 */
export async function readCatalogue(folder: string): Promise<readonly CatalogueItem[] | undefined> {
  const path = join(folder, 'items.jsonl');
  if (!existsSync(path)) return undefined;
  const lines = (await readFile(path, 'utf8')).split('\n');
  return lines.flatMap((line, index) => {
    if (line.trim() === '') return [];
    const item = parseItem(line);
    if (item?.id === undefined) {
      throw new RangeError(
        `readCatalogue: ${path}:${index + 1} must be a JSON object with an id, got '${line.slice(0, 60)}'.`,
      );
    }
    return [item];
  });
}

function parseItem(line: string): CatalogueItem | undefined {
  try {
    return JSON.parse(line) as CatalogueItem;
  } catch {
    return undefined;
  }
}
