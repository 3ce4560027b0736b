import type { Pointer } from './heap.js';
import type { Operand, Product } from './product.js';
import type { KernelRuntime } from './runtime.js';

/** An operand in memory as it is, or read as its transpose. */
export function operand(pointer: Pointer, columns: number, transposed = false): Operand {
  return transposed
    ? { pointer, rowStride: 1, columnStride: columns }
    : { pointer, rowStride: columns, columnStride: 1 };
}

/** `c = a · b` on all threads; the same numbers whatever their number. */
export function multiply(runtime: KernelRuntime, product: Product): void {
  if (runtime.nativeProduct?.(product)) return;
  const { m, n, k, a, b, c, bias = 0, accumulate = false } = product;
  const [aRows, aColumns] = [product.aRows?.pointer ?? 0, product.aColumns?.pointer ?? 0];
  const last = [n, bias, Number(accumulate)] as const;
  const byRows = m >= n || m >= 128;
  // Four multiplications go in one instruction.
  const division = { cost: ((byRows ? n : m) * k) / 4, partsPerThread: 2 };
  if (byRows) {
    runtime.parallel('multiply', { ...division, count: m, multipleOf: 4 }, (from, to) => [
      ...[to - from, n, k, aRows ? a.pointer : a.pointer + 4 * from * a.rowStride],
      ...[a.rowStride, a.columnStride, aRows && aRows + 4 * from, aColumns],
      ...[b.pointer, b.rowStride, b.columnStride, c + 4 * from * n, ...last],
    ]);
    return;
  }
  runtime.parallel('multiply', { ...division, count: n, multipleOf: 8 }, (from, to) => [
    ...[m, to - from, k, a.pointer, a.rowStride, a.columnStride, aRows, aColumns],
    ...[b.pointer + 4 * from * b.columnStride, b.rowStride, b.columnStride, c + 4 * from],
    ...[n, bias && bias + 4 * from, Number(accumulate)],
  ]);
}
