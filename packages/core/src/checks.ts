import { distance } from 'fastest-levenshtein';

/** Something with a shape, such as a tensor. */
interface Shaped {
  readonly shape: readonly number[];
}

/**
 * Checks that tensors have one shape.
 *
 * @param where - Name of the public function, for the message.
 * @throws {RangeError} If two shapes differ.
 */
export function checkSameShape(where: string, tensors: Readonly<Record<string, Shaped>>): void {
  const shapes = Object.values(tensors).map(({ shape }) => shape.join());
  if (new Set(shapes).size <= 1) return;
  const got = Object.entries(tensors).map(([name, { shape }]) => `${name} [${shape.join(', ')}]`);
  throw new RangeError(`${where}: shapes must match, got ${got.join(', ')}.`);
}

/**
 * Checks a tensor's shape; `null` stands for any size.
 *
 * @throws {RangeError} If the rank or a size differs.
 */
export function checkShape(
  where: string,
  tensor: Readonly<Record<string, Shaped>>,
  expected: readonly (number | null)[],
): void {
  for (const [name, { shape }] of Object.entries(tensor)) {
    const fits =
      shape.length === expected.length &&
      expected.every((size, axis) => size === null || size === shape[axis]);
    if (fits) continue;
    const wanted = expected.map((size) => size ?? 'any').join(', ');
    throw new RangeError(
      `${where}: ${name} must have shape [${wanted}], got [${shape.join(', ')}].`,
    );
  }
}

/**
 * Checks that every index is an integer from 0 to `size − 1`.
 *
 * @throws {RangeError} Naming the first index that is not, and its position.
 */
export function checkIndices(
  where: string,
  indices: Readonly<Record<string, ArrayLike<number>>>,
  size: number,
): void {
  for (const [name, values] of Object.entries(indices)) {
    for (let at = 0; at < values.length; at++) {
      const index = values[at]!;
      if (Number.isInteger(index) && index >= 0 && index < size) continue;
      throw new RangeError(
        `${where}: ${name} must be integers from 0 to ${size - 1}, got ${index} at position ${at}.`,
      );
    }
  }
}

/** `name`'s nearest neighbour among `names`, or undefined when none is near enough to be a slip. */
export function nearestName(name: string, names: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of names) {
    const edits = distance(name.toLowerCase(), candidate.toLowerCase());
    if (edits < bestDistance) [best, bestDistance] = [candidate, edits];
  }
  return best;
}

/** ` Did you mean 'x'?` or nothing: the end of a message about an unknown name. */
export function suggestion(name: string, names: Iterable<string>): string {
  const nearest = nearestName(name, names);
  return nearest === undefined ? '' : ` Did you mean '${nearest}'?`;
}
