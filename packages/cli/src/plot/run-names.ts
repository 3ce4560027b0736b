import { resolve, sep } from 'node:path';

/**
 * A short name for each folder: the last part of its path, and as many parts before it as tell it from the
 * others.
 *
 * @param folders - Different folders.
 * @example
 * ```ts
 * runNames(['runs/baby/bm3', 'runs/tiktok/bm3', 'other']) // => ['baby/bm3', 'tiktok/bm3', 'other']
 * ```
 */
export function runNames(folders: readonly string[]): string[] {
  const paths = folders.map((folder) => resolve(folder).split(sep));
  const tail = (path: readonly string[], length: number) => path.slice(-length).join('/');
  return paths.map((path) => {
    let length = 1;
    const isShared = () => paths.some((o) => o !== path && tail(o, length) === tail(path, length));
    while (length < path.length && isShared()) length++;
    return tail(path, length);
  });
}
