import type { Embeddings, Interactions } from '@mmrec/core';
import { csrFromCoordinates, similarityGraph } from '@mmrec/graph';
import { withoutGradient } from '@mmrec/ops';
import { dispose } from '@tensorflow/tfjs-core';
import { graphOperators, type GraphOperators } from './generator.js';

/** Modality graphs by modality. */
export type ModalityGraphs = Readonly<Record<string, GraphOperators>>;

/** Makes the graphs of the modalities, and keeps those that training uses. */
export interface ModalityGraphBuilder {
  /** The graphs that the parameters of now give. */
  build(): ModalityGraphs;
  /** The graphs last kept; built when there are none. */
  current(): ModalityGraphs;
  /** Builds the graphs anew and keeps them. */
  rebuild(): void;
}

/** What {@link createModalityGraphs} needs. */
export interface ModalityGraphInputs {
  readonly numUsers: number;
  readonly numItems: number;
  readonly modalities: readonly string[];
  /** Items that each user keeps; 0: the graphs have no edges. */
  readonly neighbors: number;
  /** Graphs to use as they are, instead of learned ones. */
  readonly given: Readonly<Record<string, Interactions>> | undefined;
  /** The learned features of users and items, by modality; disposed here. */
  features(): Readonly<Record<string, Embeddings>>;
}

/** Graphs of each user's most similar items in each modality, from the features as they are learned. */
export function createModalityGraphs(inputs: ModalityGraphInputs): ModalityGraphBuilder {
  const { numUsers, numItems, modalities, neighbors: k, given } = inputs;
  const graphOf = ({ users, items }: Pick<Interactions, 'users' | 'items'>) =>
    graphOperators(
      csrFromCoordinates(
        { rows: numUsers, columns: numItems, rowIndices: users, columnIndices: items },
        { duplicates: 'once' },
      ),
    );
  const none = { users: new Int32Array(0), items: new Int32Array(0) };
  const fixed =
    given || k === 0
      ? Object.fromEntries(modalities.map((name) => [name, graphOf(given?.[name] ?? none)]))
      : undefined;

  const build = () =>
    fixed ??
    withoutGradient(() => {
      const graphs = Object.entries(inputs.features()).map(([name, vectors]) => {
        const graph = similarityGraph(vectors, { k });
        dispose(vectors);
        return [name, graphOperators(graph)] as const;
      });
      return Object.fromEntries(graphs);
    });
  let kept: ModalityGraphs | undefined;
  return {
    build,
    current: () => (kept ??= build()),
    rebuild: () => void (kept = build()),
  };
}
