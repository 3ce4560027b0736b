import type { FileHandle } from 'node:fs/promises';

/** Where one tensor lies in a safetensors file. */
export interface TensorPlace {
  /** Type by the format's name, such as `F16`. */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Position of its first byte in the file. */
  readonly start: number;
  /** Bytes that the header gives it. */
  readonly length: number;
}

/** What the header of a safetensors file says. */
export interface SafetensorsHeader {
  readonly tensors: ReadonlyMap<string, TensorPlace>;
  /** Free text by name. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Bytes of the whole file. */
  readonly fileSize: number;
}

interface HeaderEntry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/**
 * Reads the header of a safetensors file.
 *
 * @param where - Name of the public function and the file, for messages.
 * @throws {RangeError} If the file ends within its header, or the header doesn't describe tensors, or two of
 *   them share bytes.
 */
export async function readSafetensorsHeader(
  handle: FileHandle,
  where: string,
): Promise<SafetensorsHeader> {
  const { size: fileSize } = await handle.stat();
  const prefix = Buffer.alloc(8);
  await handle.read(prefix, 0, 8, 0);
  const length = fileSize < 8 ? NaN : Number(prefix.readBigUInt64LE());
  if (!(8 + length <= fileSize)) {
    throw new RangeError(
      `${where}: the header must fit the file, got ${fileSize} bytes: the file is truncated.`,
    );
  }
  const bytes = Buffer.alloc(length);
  await handle.read(bytes, 0, length, 8);
  const { __metadata__: metadata = {}, ...entries } = parse(bytes.toString('utf8'), where);
  const tensors = new Map<string, TensorPlace>();
  for (const [name, entry] of Object.entries(entries)) {
    if (!isEntry(entry)) {
      throw new RangeError(`${where}: the header must give ${name} a dtype, a shape and offsets.`);
    }
    const [from, to] = entry.data_offsets;
    const start = 8 + length + from;
    tensors.set(name, { dtype: entry.dtype, shape: entry.shape, start, length: to - from });
  }
  checkApart(tensors, where);
  return { tensors, metadata: metadata as Record<string, string>, fileSize };
}

/**
 * Checks that the file holds all bytes of a tensor, and as many as its shape takes.
 *
 * @throws {RangeError} If not.
 */
export function checkTensor(
  name: string,
  {
    place,
    bytes,
    fileSize,
    where,
  }: { place: TensorPlace; bytes: number; fileSize: number; where: string },
): void {
  const { shape, start, length } = place;
  const expected = bytes * sizeOf(shape);
  if (length === expected && start + length <= fileSize) return;
  const got = Math.max(0, Math.min(start + length, fileSize) - start);
  throw new RangeError(
    `${where}: ${name} must take ${expected} bytes, got ${got}: the file is truncated or damaged.`,
  );
}

/** Numbers in a tensor of a shape. */
export const sizeOf = (shape: readonly number[]): number =>
  shape.reduce((product, size) => product * size, 1);

function parse(text: string, where: string): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch (error) {
    throw new RangeError(`${where}: the header must be JSON: ${(error as Error).message}`, {
      cause: error,
    });
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) {
    throw new RangeError(`${where}: the header must be a JSON object.`);
  }
  return header as Record<string, unknown>;
}

function isEntry(entry: unknown): entry is HeaderEntry {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>;
  const areSizes = (values: unknown) =>
    Array.isArray(values) && values.every((value) => Number.isSafeInteger(value) && value >= 0);
  return typeof dtype === 'string' && areSizes(shape) && areSizes(offsets);
}

/** Refuses tensors that share bytes: many names for the same bytes would ask for more memory than the file has. */
function checkApart(tensors: ReadonlyMap<string, TensorPlace>, where: string): void {
  const places = [...tensors].filter(([, { length }]) => length > 0);
  places.sort(([, a], [, b]) => a.start - b.start);
  for (const [at, [name, { start }]] of places.entries()) {
    const [previous, place] = places[at - 1] ?? [];
    if (!place || place.start + place.length <= start) continue;
    throw new RangeError(
      `${where}: ${previous} and ${name} must not share bytes: the file is damaged.`,
    );
  }
}
