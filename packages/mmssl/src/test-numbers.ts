import { createRng, drawValues } from '@mmrec/core';
import type { GoldenTensor } from '@mmrec/test-utils';

/** Standard normal numbers, others for each name. For tests. */
export function normals(name: string, shape: readonly number[]): GoldenTensor {
  return { shape, data: [...drawValues(createRng(4).normal(name, shape))] };
}

/** A matrix as rows of plain numbers. */
export type Matrix = readonly (readonly number[])[];

/** The rows of a row-major matrix with so many columns. */
export function rowsOf(data: ArrayLike<number>, columns: number): number[][] {
  return Array.from({ length: data.length / columns }, (_, row) =>
    Array.from({ length: columns }, (__, column) => data[row * columns + column]!),
  );
}

/** Inner product. */
export function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, x, at) => sum + x * b[at]!, 0);
}

/** A vector divided by its norm. */
export function unit(x: readonly number[]): number[] {
  const norm = Math.sqrt(dot(x, x));
  return x.map((value) => value / norm);
}

/** A B. */
export function multiply(a: Matrix, b: Matrix): number[][] {
  return a.map((row) => b[0]!.map((_, c) => row.reduce((sum, x, r) => sum + x * b[r]![c]!, 0)));
}
