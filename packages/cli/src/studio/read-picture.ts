import { readFile, realpath, stat } from 'node:fs/promises';
import { extname, isAbsolute, join, relative } from 'node:path';

/** Pictures that are sent, by the endings of their files. */
const types: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.webp': 'image/webp',
  '.gif': 'image/gif',
  '.avif': 'image/avif',
};
/** Larger files are no pictures of items. */
const mostBytes = 32 * 2 ** 20;

/** A picture's file. */
export interface Picture {
  readonly type: string;
  readonly bytes: Uint8Array;
}

/**
 * Reads a picture that a catalogue names. A catalogue may come from anywhere: only files that are pictures by their
 * endings and lie in the dataset folder, links resolved, are read.
 *
 * @returns Undefined where there is no such picture.
 */
export async function readPicture(dataFolder: string, name: string): Promise<Picture | undefined> {
  try {
    const folder = await realpath(dataFolder);
    const file = await realpath(join(folder, name));
    const inside = relative(folder, file);
    const type = types[extname(file).toLowerCase()];
    if (inside.startsWith('..') || isAbsolute(inside) || type === undefined) return undefined;
    const { size } = await stat(file);
    return size > mostBytes ? undefined : { type, bytes: await readFile(file) };
  } catch {
    return undefined;
  }
}
