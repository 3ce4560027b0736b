import type { Product } from './product.js';
import type { NodeBackend } from './node-backend.js';
import { gatherInto } from './rows.js';
import type { Block, KernelRuntime } from './runtime.js';

/** FLOPs from which libtensorflow is faster, and the least FLOPs for each number of the result, which is copied. */
const [leastFlops, leastFlopsANumber] = [2e8, 600];

/**
 * Dense products by libtensorflow, for `multiply`: it is twice as fast for long sums (measured with
 * 2,048 × 4,096 × 64 on two cores: 9 ms instead of 18), as it uses wider registers than WebAssembly has. It
 * reads the operands where they lie; only the result is copied.
 *
 * @returns A function that computes a product, or returns false where the kernel is the better choice.
 */
export function createNativeProduct(
  backend: NodeBackend,
  runtime: KernelRuntime,
): (product: Product) => boolean {
  const { binding } = backend;
  const { TF_FLOAT, TF_ATTR_BOOL, TF_ATTR_TYPE } = binding;
  const gatherOperand = createGathering(runtime);

  /** `a [·]ᵀ b [·]ᵀ` of stored matrices. */
  function matMul(a: Stored, b: Stored): Float32Array {
    const ids = [a, b].map(({ pointer, shape }) => {
      const start = pointer / 4;
      const view = runtime.floats().subarray(start, start + shape[0] * shape[1]);
      // Not copied where the pointer is a multiple of 64, and gone before the memory is used otherwise.
      return binding.createTensor(shape, TF_FLOAT, view);
    });
    const attributes = [
      { name: 'transpose_a', type: TF_ATTR_BOOL, value: a.transposed },
      { name: 'transpose_b', type: TF_ATTR_BOOL, value: b.transposed },
      { name: 'T', type: TF_ATTR_TYPE, value: TF_FLOAT },
    ];
    const [result] = binding.executeOp('MatMul', attributes, ids, 1);
    const values = binding.tensorDataSync(result!.id);
    for (const id of [...ids, result!.id]) binding.deleteTensor(id);
    return values;
  }

  return (product) => {
    const { m, n, k, bias, accumulate, b } = product;
    const flops = 2 * m * n * k;
    if (accumulate || flops < leastFlops || flops < leastFlopsANumber * m * n) return false;
    const gathered = gatherOperand(product);
    const a = gathered.stored;
    const right: Stored = stored(b, k, n);
    // Short and wide is faster than tall and narrow where the left operand is read as its transpose.
    const flipped = a.transposed && m > n;
    const values = flipped
      ? matMul({ ...right, transposed: !right.transposed }, { ...a, transposed: false })
      : matMul(a, right);
    gathered.release();
    write(runtime, { values, flipped, m, n, c: product.c, bias });
    return true;
  };
}

interface Stored {
  readonly pointer: number;
  readonly shape: readonly [number, number];
  /** Whether the operand is the transpose of what is stored. */
  readonly transposed: boolean;
}

function stored({ pointer, rowStride }: Product['a'], rows: number, columns: number): Stored {
  // A matrix of one column is its own transpose in memory.
  const transposed = rowStride === 1 && columns > 1;
  return { pointer, shape: transposed ? [columns, rows] : [rows, columns], transposed };
}

/**
 * The left operand, its listed rows (or those of its transpose) side by side. Rows that the forward pass has
 * gathered wait for the backward pass, which needs the same.
 */
function createGathering(runtime: KernelRuntime) {
  // By the table's place.
  const waiting = new Map<number, { readonly list: Int32Array; readonly block: Block }>();
  return ({ m, k, a, aRows, aColumns }: Product): { stored: Stored; release(): void } => {
    const uploaded = aRows ?? aColumns;
    if (!uploaded) return { stored: stored(a, m, k), release: () => undefined };
    const { list, pointer } = uploaded;
    const [rows, columns] = aRows ? [m, k] : [k, m];
    const before = waiting.get(a.pointer);
    waiting.delete(a.pointer);
    if (aColumns && before?.list === list) {
      return {
        stored: { pointer: before.block.pointer, shape: [rows, columns], transposed: true },
        release: before.block.release,
      };
    }
    before?.block.release();
    const block = runtime.allocate(rows * columns, `${rows} rows of ${columns} features`);
    gatherInto(runtime, {
      ...{ table: a.pointer, list: pointer, count: rows, columns, rows: block.pointer },
    });
    if (aRows) waiting.set(a.pointer, { list, block });
    return {
      stored: { pointer: block.pointer, shape: [rows, columns], transposed: !aRows },
      release: aRows ? () => undefined : block.release,
    };
  };
}

/** Copies the result to where it is wanted. */
function write(
  runtime: KernelRuntime,
  {
    values,
    flipped,
    m,
    n,
    c,
    bias = 0,
  }: {
    readonly values: Float32Array;
    readonly flipped: boolean;
    readonly m: number;
    readonly n: number;
    readonly c: number;
    readonly bias: number | undefined;
  },
): void {
  const out = runtime.floats().subarray(c / 4, c / 4 + m * n);
  if (!flipped && !bias) {
    out.set(values);
    return;
  }
  const added = bias ? runtime.floats().subarray(bias / 4, bias / 4 + n) : undefined;
  for (let row = 0; row < m; row++) {
    for (let column = 0; column < n; column++) {
      const value = values[flipped ? column * m + row : row * n + column]!;
      out[row * n + column] = value + (added?.[column] ?? 0);
    }
  }
}
