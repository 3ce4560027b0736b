import { writeFileAtomically } from '@mmrec/core';
import type { Database } from './database.js';
import { itemText, type ItemDescription } from './describe-item.js';

const textAtOnce = 1 << 18;

/** How many items are described by what. */
export interface ItemCounts {
  readonly titles: number;
  readonly texts: number;
  readonly imageUrls: number;
}

/**
 * Writes `items.jsonl`: a line an item, with its external id and, where the metadata describe it,
 * their fields and the text made of them.
 */
export async function writeItems(
  database: Database,
  file: string,
  onRows: (rows: number) => void,
): Promise<ItemCounts> {
  const counts = { titles: 0, texts: 0, imageUrls: 0 };
  await writeFileAtomically(file, async (handle) => {
    let lines = '';
    let rows = 0;
    for await (const [items, ids, descriptions] of database.blocks(
      'SELECT item, id, description FROM items LEFT JOIN descriptions USING (item) ORDER BY item',
    )) {
      for (let at = 0; at < items!.length; at++) {
        const json = descriptions![at];
        const known = (typeof json === 'string' ? JSON.parse(json) : {}) as ItemDescription;
        const text = itemText(known);
        const line = { id: items![at], externalId: ids![at], ...known, ...(text && { text }) };
        if (known.title !== undefined) counts.titles++;
        if (text !== '') counts.texts++;
        if (known.imageUrl !== undefined) counts.imageUrls++;
        lines += `${JSON.stringify(line)}\n`;
      }
      rows += items!.length;
      if (lines.length < textAtOnce) continue;
      await handle.writeFile(lines);
      lines = '';
      onRows(rows);
    }
    await handle.writeFile(lines);
    onRows(rows);
  });
  return counts;
}
