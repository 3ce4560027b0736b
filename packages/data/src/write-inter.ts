import type { FileHandle } from 'node:fs/promises';
import { writeFileAtomically, type Interactions } from '@mmrec/core';
import type { Splits } from './dataset.js';

const rowsAtOnce = 65_536;

/**
 * Writes splits as an `.inter` file of MMRec: tab-separated `userID`, `itemID` and `x_label`, the
 * training rows first. Users and items are written as indices; external ids are not in the format.
 *
 * The file appears whole or not at all: it is written under a temporary name beside, synced, and
 * renamed, which replaces a file of that name.
 *
 * @throws {Error} If the file can't be written.
 * @example
 * ```ts
 * import { mkdtemp } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 *
 * const table = createInteractionTable({ users: ['ann', 'ann', 'bob'], items: ['a', 'b', 'a'] });
 * const file = join(await mkdtemp(join(tmpdir(), 'mmrec-')), 'shop.inter');
 * await writeInter(file, splitByLabels(table, [0, 2, 0]));
 * (await readInter(file)).train.users // => [0, 1]
 * ```
 */
export async function writeInter(file: string, splits: Splits): Promise<void> {
  await writeFileAtomically(file, async (handle) => {
    await handle.writeFile('userID\titemID\tx_label\n');
    await writeRows(handle, splits.train, 0);
    await writeRows(handle, splits.validation, 1);
    await writeRows(handle, splits.test, 2);
  });
}

async function writeRows(
  handle: FileHandle,
  { users, items }: Interactions,
  label: number,
): Promise<void> {
  for (let start = 0; start < users.length; start += rowsAtOnce) {
    let text = '';
    const end = Math.min(users.length, start + rowsAtOnce);
    for (let row = start; row < end; row++) text += `${users[row]}\t${items[row]}\t${label}\n`;
    await handle.writeFile(text);
  }
}
