import type { ItemLists } from '@mmrec/core';
import { createVectorTopK } from '@mmrec/ops';
import { tensor2d, type Tensor2D } from '@tensorflow/tfjs-core';
import { appendRow } from '../model/vectors.js';

/** A question to an index. */
export interface IndexRequest {
  /** `[n · d]`, one vector a question. */
  readonly vectors: Float32Array;
  readonly k: number;
  /** Items left out, a list a question, each ascending. */
  readonly exclude?: ItemLists | undefined;
}

/** Finds the items with the largest inner products. */
export interface ItemIndex {
  readonly kind: 'exact' | 'hnsw';
  /** Share of the exact best items that are found, measured on some users; 1 for an exact index. */
  readonly recall: number;
  /** Item numbers `[n · k]`, best first; −1 where fewer are left. */
  search(request: IndexRequest): Int32Array;
  /** Adds an item after the last. */
  add(embedding: Float32Array): void;
  dispose(): void;
}

/** Compares with all items, through the WebAssembly kernel where there is one. */
export function createExactIndex(embeddings: Float32Array, embeddingSize: number): ItemIndex {
  let rows = embeddings;
  let table: Tensor2D | undefined;
  let topK: ReturnType<typeof createVectorTopK> | undefined;
  return {
    kind: 'exact',
    recall: 1,
    search: (request) => {
      table ??= tensor2d(rows, [rows.length / embeddingSize, embeddingSize]);
      topK ??= createVectorTopK(table);
      return topK(request);
    },
    add: (embedding) => {
      rows = appendRow(rows, embedding);
      table?.dispose();
      [table, topK] = [undefined, undefined];
    },
    dispose: () => {
      table?.dispose();
      [table, topK] = [undefined, undefined];
    },
  };
}
