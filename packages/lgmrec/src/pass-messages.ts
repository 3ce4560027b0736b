import type { Rng } from '@mmrec/core';
import { dropout } from '@mmrec/ops';
import { matMul, type Tensor2D } from '@tensorflow/tfjs-core';

/** Shares of the hyperedges of one modality: rows that sum to 1. */
export interface Dependencies {
  readonly users: Tensor2D; // [numUsers, A]
  readonly items: Tensor2D; // [numItems, A]
}

/** What users and items receive, `shares · basis`: the rows are mixtures of what A hyperedges hold. */
export interface HyperMessages {
  readonly users: Tensor2D; // [numUsers, A]
  readonly items: Tensor2D; // [numItems, A]
  /** What the hyperedges hold, `[A, d]`. */
  readonly basis: Tensor2D;
}

/** Options of {@link passMessages}. */
interface MessageOptions {
  /** Layers, ≥ 1. */
  readonly numLayers: number;
  /** Probability of dropping a share. */
  readonly rate: number;
  /** Whether a dependency has one mask for all its uses, or one for each. */
  readonly sharedMasks: boolean;
  /** Where masks come from; without it nothing is dropped. */
  readonly draw?: Rng | undefined;
}

/**
 * Hypergraph message passing, from items to hyperedges and back:
 *
 * $$E_i^{h+1} = D_i D_i^{\top} E_i^{h} \qquad E_u^{h+1} = D_u D_i^{\top} E_i^{h}$$
 *
 * with $D$ the dependencies after dropout. Both are kept in factors: the last layer's are $D_i M$ and $D_u M$,
 * where $M = D_i^{\top} E_i$ has a row a hyperedge, and each layer before it only multiplies M by the small
 * matrix $D_i^{\top} D_i$.
 */
export function passMessages(
  { users, items }: Dependencies,
  embeddings: Tensor2D,
  { numLayers, rate, sharedMasks, draw }: MessageOptions,
): HyperMessages {
  const drop = (name: string, shares: Tensor2D) =>
    draw && rate > 0 ? dropout(shares, draw.dropoutMask(name, shares.shape, rate)) : shares;
  const shared = sharedMasks ? drop('items', items) : undefined;
  const dropped = (use: string) => shared ?? drop(`items/${use}`, items);
  let basis = matMul<Tensor2D>(dropped('gather/1'), embeddings, true, false);
  let last = dropped('scatter/1');
  for (let layer = 2; layer <= numLayers; layer++) {
    basis = matMul<Tensor2D>(matMul(dropped(`gather/${layer}`), last, true, false), basis);
    last = dropped(`scatter/${layer}`);
  }
  return { users: drop('users', users), items: last, basis };
}
