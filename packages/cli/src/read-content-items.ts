import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readCatalogue } from '@mmrec/data';

/** An item's text and picture, for encoders. */
export interface CatalogueContent {
  readonly id: string | number;
  /** Where the item is described, for messages. */
  readonly source: string;
  /** Path of its picture; absent: it has none. */
  readonly imageFile: string | undefined;
  /** Title and description; absent: it has neither. */
  readonly text: string | undefined;
}

/**
 * The items of a dataset folder's `items.jsonl`, with the images that it names or that lie in `images/` under the
 * items' ids.
 *
 * @param where - Name of the command, for messages.
 * @throws {Error} If there is no `items.jsonl`.
 */
export async function readContentItems(where: string, folder: string): Promise<CatalogueContent[]> {
  const catalogue = await readCatalogue(folder);
  const file = join(folder, 'items.jsonl');
  if (!catalogue) {
    throw new Error(
      `${where}: ${file} must exist, got nothing: a line an item, {"id", "title", "description", "image"}.`,
    );
  }
  return catalogue.map(({ id, title, description, image }, row) => {
    const parts = [title, description].filter((part) => part !== undefined);
    const named = image === undefined ? undefined : join(folder, image);
    return {
      id,
      source: `${file}:${row + 1}`,
      imageFile: named ?? findImage(folder, id),
      text: parts.length === 0 ? undefined : parts.filter((part) => part.trim()).join('. '),
    };
  });
}

function findImage(folder: string, id: string | number): string | undefined {
  return ['png', 'jpg', 'jpeg', 'webp']
    .map((extension) => join(folder, 'images', `${id}.${extension}`))
    .find((file) => existsSync(file));
}
