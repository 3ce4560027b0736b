import { suggestion } from '@mmrec/core';

/**
 * Where wanted columns lie in a header.
 *
 * @param what - Start of the message: function and file.
 * @throws {RangeError} For a column that is not there, naming those that are and the nearest.
 */
export function columnPositions(
  what: string,
  header: readonly string[],
  wanted: readonly string[],
): number[] {
  return wanted.map((name) => {
    const position = header.indexOf(name);
    if (position !== -1) return position;
    const found = header.map((column) => `'${column}'`).join(', ');
    throw new RangeError(
      `${what}: must have a column '${name}', got ${found}.${suggestion(name, header)}`,
    );
  });
}
