import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ContentItem } from '@mmrec/alignrec';
import { readCatalogue } from './load-data.js';

/**
 * The items of a folder's `items.jsonl`, each with its text and with the image that it names or that lies in
 * `images/` under its id; undefined where there is no such file.
 *
 * @throws {RangeError} For a line that is not a JSON object with an `id`.
 */
export async function readContentItems(folder: string): Promise<ContentItem[] | undefined> {
  const catalogue = await readCatalogue(folder);
  return catalogue?.map(({ id, title, description, image }, row) => {
    const parts = [title, description].filter((part) => part !== undefined);
    const named = image === undefined ? undefined : join(folder, image);
    return {
      id,
      source: `${join(folder, 'items.jsonl')}:${row + 1}`,
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
