import type { CsrMatrix, Embeddings, Interactions, Rng } from '@mmrec/core';
import {
  createInteractionGraph,
  csrFromCoordinates,
  lightGcn,
  normalizeRows,
  spmm,
} from '@mmrec/graph';
import { gumbelSoftmax } from '@mmrec/ops';
import {
  concat,
  matMul,
  mul,
  slice,
  tensor2d,
  type Tensor2D,
  type Variable,
} from '@tensorflow/tfjs-core';
import type { LgmrecOptions } from './options.js';
import { passMessages, type Dependencies, type HyperMessages } from './pass-messages.js';

/** A modality's frozen features and its parameters. */
export interface Modality {
  readonly name: string;
  readonly features: Variable; // [numItems, columns]
  readonly weight: Variable; // [columns, d]
  readonly hyperedges: Variable; // [columns, A]
  /** 1 for items that have the modality, `[numItems]`; undefined when all do. */
  readonly present: Float32Array | undefined;
}

/** All embeddings that the objective and the scores are made from. */
export interface Encoded {
  /** Propagated ids. */
  readonly ids: Embeddings;
  /** Propagated features, one for each modality. */
  readonly local: readonly Embeddings[];
  /** Messages through the hyperedges, one for each modality. */
  readonly global: readonly (HyperMessages & Pick<Modality, 'present'>)[];
}

/**
 * Makes LGMRec's encoder: the local graph module (ids, and features by modality) and the global hypergraph
 * module.
 *
 * @returns A function of the id embeddings. Its `draw` is the source of noise and masks, without which there is
 *   neither; masks drop with probability `rate`.
 */
export function createEncoder(
  interactions: Interactions,
  modalities: readonly Modality[],
  options: Readonly<LgmrecOptions>,
): (ids: Embeddings, draw?: Rng, rate?: number) => Encoded {
  const { embeddingSize: d, numHyperedges, temperature, variant } = options;
  const { numUsers, numItems, users, items } = interactions;
  const graph = createInteractionGraph(interactions);
  /** R: which items a user has. */
  const observed = csrFromCoordinates(
    { rows: numUsers, columns: numItems, rowIndices: users, columnIndices: items },
    { duplicates: 'once' },
  );
  const itemMeans = modalities.map(({ present }) =>
    normalizeRows(present ? withoutItems(observed, present) : observed),
  );

  /** Projected features [numItems, d] and the items' hyperedge logits [numItems, A], in one product. */
  function project({ features, weight, hyperedges }: Modality): [Tensor2D, Tensor2D] {
    const both = matMul<Tensor2D>(
      features as Tensor2D,
      concat([weight as Tensor2D, hyperedges as Tensor2D], 1),
    );
    const columns = (start: number, size: number): Tensor2D => slice(both, [0, start], [-1, size]);
    return [columns(0, d), columns(d, numHyperedges)];
  }

  /** Users start as the mean of their items that have the modality; the last layer is taken. */
  function propagateFeatures(itemMean: CsrMatrix, projected: Tensor2D): Embeddings {
    const initial = { users: spmm(itemMean, projected), items: projected };
    return lightGcn(graph, initial, { numLayers: options.numModalityLayers, combine: 'last' });
  }

  /** Which hyperedges items and users belong to, in shares. */
  function dependenciesOf({ name, present }: Modality, logits: Tensor2D, draw?: Rng): Dependencies {
    const share = (side: string, h: Tensor2D) => {
      const what = `noise/${name}/${side}`;
      const noise =
        variant === 'paper' ? draw?.uniform(what, h.shape) : draw?.gumbel(what, h.shape);
      return gumbelSoftmax(h, { temperature, noise });
    };
    const items = share('items', logits);
    return {
      items: present ? mul(items, tensor2d(present, [numItems, 1])) : items,
      users: share('users', spmm(observed, logits)),
    };
  }

  return (initial, draw, rate = 0) => {
    const ids = lightGcn(graph, initial, { numLayers: options.numLayers });
    const encoded = modalities.map((modality, at) => {
      const { name, present } = modality;
      const [projected, logits] = project(modality);
      const messages = passMessages(dependenciesOf(modality, logits, draw), ids.items, {
        numLayers: options.numHyperLayers,
        sharedMasks: variant === 'published',
        rate,
        draw: draw?.fork(`dropout/${name}`),
      });
      return [propagateFeatures(itemMeans[at]!, projected), { ...messages, present }] as const;
    });
    return {
      ids,
      local: encoded.map(([local]) => local),
      global: encoded.map(([, messages]) => messages),
    };
  };
}

/** The same matrix with zeros in the columns of items that lack a modality. */
function withoutItems(matrix: CsrMatrix, present: Float32Array): CsrMatrix {
  return {
    ...matrix,
    values: matrix.values.map((value, at) => value * present[matrix.indices[at]!]!),
  };
}
