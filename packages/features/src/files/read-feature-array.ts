import { extname } from 'node:path';
import { openFeatureTable } from './open-feature-table.js';
import { readNpy, type NpyArray } from './read-npy.js';

/** Reads the whole of a file of features, whatever its format; an npy file may be a vector. */
export async function readFeatureArray(path: string): Promise<NpyArray> {
  if (extname(path).toLowerCase() === '.npy') return readNpy(path);
  const table = await openFeatureTable(path);
  try {
    const { rows, columns, dtype } = table;
    return { shape: [rows, columns], dtype, data: await table.readBlock(0, rows) };
  } finally {
    await table.close();
  }
}
