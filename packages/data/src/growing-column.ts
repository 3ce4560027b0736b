type NumericArray = Int32Array | Float32Array | Float64Array | Uint8Array;

/** A typed array of a length not known beforehand. */
export interface GrowingColumn<T extends NumericArray> {
  push(value: number): void;
  /** The values pushed, in an array of just that length. */
  finish(): T;
}

/**
 * A typed array that doubles when full.
 *
 * @param make - Makes an array of a given length.
 */
export function createGrowingColumn<T extends NumericArray>(
  make: (length: number) => T,
): GrowingColumn<T> {
  let values = make(1024);
  let length = 0;
  return {
    push: (value) => {
      if (length === values.length) {
        const larger = make(2 * length);
        larger.set(values);
        values = larger;
      }
      values[length++] = value;
    },
    finish: () => values.slice(0, length) as T,
  };
}

/** A growing `Int32Array`. */
export const createIntColumn = () => createGrowingColumn((length) => new Int32Array(length));
