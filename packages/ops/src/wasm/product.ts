import type { Pointer } from './heap.js';

/** A matrix in memory: element `(i, j)` lies `i · rowStride + j · columnStride` numbers from the pointer. */
export interface Operand {
  readonly pointer: Pointer;
  readonly rowStride: number;
  readonly columnStride: number;
}

/** What `multiply` computes. */
export interface Product {
  /** Rows of the result. */
  readonly m: number;
  /** Columns of the result. */
  readonly n: number;
  /** Columns of `a` and rows of `b`. */
  readonly k: number;
  readonly a: Operand;
  readonly b: Operand;
  /** The result, `[m, n]`, row-major. */
  readonly c: Pointer;
  /** Added to every row, `[n]`. */
  readonly bias?: Pointer;
  /** Whether the product is added to what `c` holds. */
  readonly accumulate?: boolean;
  /** Numbers of `a`'s rows in a larger table, `[m]`. */
  readonly aRows?: UploadedList;
  /** Numbers of `a`'s columns in a larger table, `[k]`. */
  readonly aColumns?: UploadedList;
}

/** A list in memory, and where it came from. */
interface UploadedList {
  readonly pointer: Pointer;
  readonly list: Int32Array;
}
