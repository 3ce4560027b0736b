import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createIdMap, type IdMap } from './id-map.js';
import { readLines, shortened } from './read-lines.js';

/**
 * External ids from a dataset folder's `users.jsonl` or `items.jsonl`: lines `{"id", "externalId"}`
 * in the order of the indices.
 *
 * @param count - How many there must be.
 * @returns Undefined where there is no such file, or it gives no external ids.
 * @throws {RangeError} For a line without external id after others, a wrong index, or another number
 * of lines.
 */
export async function readExternalIds(
  folder: string,
  file: 'users.jsonl' | 'items.jsonl',
  count: number,
): Promise<IdMap | undefined> {
  const path = join(folder, file);
  if (!existsSync(path)) return undefined;
  const ids: string[] = [];
  let rows = 0;
  await readLines(path, ({ bytes, start, end, number }) => {
    // Lists without external ids are common: their first line decides.
    if (rows++ > 0 && ids.length === 0) return;
    const line = bytes.toString('utf8', start, end);
    const { id, externalId } = parse(line);
    if (typeof externalId === 'string' && Number(id) === ids.length) ids.push(externalId);
    else if (ids.length > 0 || externalId !== undefined) {
      throw new RangeError(
        `readDataset: ${basename(path)}:${number}: must have the id ${ids.length} and an externalId, got '${shortened(line)}'.`,
      );
    }
  });
  if (ids.length === 0) return undefined;
  if (ids.length === count) return createIdMap(ids);
  throw new RangeError(
    `readDataset: ${path} must have a line for each of the ${count} in the interactions, got ${ids.length}.`,
  );
}

function parse(line: string): { readonly id?: unknown; readonly externalId?: unknown } {
  try {
    return (JSON.parse(line) ?? {}) as { id?: unknown };
  } catch {
    return {};
  }
}
