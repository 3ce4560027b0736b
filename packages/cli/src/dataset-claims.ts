import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { readTable, type Dataset, type InteractionTable } from '@mmrec/data';
import { readManifest } from './read-manifest.js';

/** What a dataset folder says of itself. */
export interface DatasetClaims {
  readonly name?: string;
  readonly protocol?: string;
}

/**
 * Name and protocol from the folder's `manifest.json`; nothing where there is none.
 *
 * @throws {SyntaxError} If it is not JSON.
 */
export async function readClaims(folder: string): Promise<DatasetClaims> {
  const { name, protocol } = await readManifest('data inspect', folder);
  return {
    ...(typeof name === 'string' && { name }),
    ...(typeof protocol === 'string' && { protocol }),
  };
}

/** The interactions with their labels and times, where the `.inter` file has a column of times. */
export async function readTimes({ source }: Dataset): Promise<InteractionTable | undefined> {
  const file = source.find((name) => name.endsWith('.inter'));
  if (file === undefined) return undefined;
  const header = (await firstLine(file)).split('\t');
  if (!header.includes('timestamp')) return undefined;
  return readTable(file, {
    ...{ user: 'userID', item: 'itemID', label: 'x_label', timestamp: 'timestamp' },
    format: 'tsv',
  });
}

async function firstLine(file: string): Promise<string> {
  const lines = createInterface({ input: createReadStream(file), crlfDelay: Infinity });
  for await (const line of lines) return line;
  return '';
}
