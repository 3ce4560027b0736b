import type { CsrMatrix, Embeddings, Interactions } from '@mmrec/core';
import { csrFromCoordinates, similarityGraph } from '@mmrec/graph';
import { withoutGradient } from '@mmrec/ops';
import { dispose, fill, tensor2d, tidy, variable, type Variable } from '@tensorflow/tfjs-core';
import { graphOperators, type GraphOperators } from './generator.js';

/** Modality graphs by modality. */
export type ModalityGraphs = Readonly<Record<string, GraphOperators>>;

/** Makes the graphs of the modalities, and keeps those that training uses. */
export interface ModalityGraphBuilder {
  /** The graphs last kept; built when there are none. */
  current(): ModalityGraphs;
  /** Builds the graphs that the features of now give, and keeps them. */
  rebuild(): void;
  /**
   * The kept graphs as `<modality>/graph`, `[numUsers, k]`, int32: each user's items, −1 for none. What is
   * assigned to them is {@link current} from then on. None for graphs that never change.
   */
  readonly buffers: Readonly<Record<string, Variable>>;
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
  const { numUsers, numItems, modalities, neighbors: k, given, features } = inputs;
  if (given || k === 0) return fixedGraphs(inputs);
  const lists = modalities.map((name) => {
    const none = fill([numUsers, k], -1, 'int32');
    const list = variable(none, false, undefined, 'int32');
    none.dispose();
    return [name, list] as const;
  });

  function rebuild(): void {
    withoutGradient(() => {
      const made = features();
      for (const [name, list] of lists) {
        const vectors = made[name]!;
        const graph = similarityGraph(vectors, { k });
        dispose(vectors);
        tidy(() => list.assign(tensor2d(listsOf(graph, k), [numUsers, k], 'int32')));
      }
    });
  }

  // An assignment gives a variable other data.
  let read: { readonly from: readonly object[]; readonly graphs: ModalityGraphs } | undefined;
  return {
    buffers: Object.fromEntries(lists.map(([name, list]) => [`${name}/graph`, list])),
    rebuild,
    current: () => {
      const changed = read?.from.some((data, at) => data !== lists[at]![1].dataId) ?? true;
      if (!changed) return read!.graphs;
      const stored = () => lists.map(([, list]) => list.dataSync() as Int32Array);
      let items = stored();
      // Nobody has built or restored any.
      if (items.every((list) => list.every((item) => item < 0))) {
        rebuild();
        items = stored();
      }
      const graphs = items.map((list, at) => {
        const graph = matrixOf(list, [numUsers, numItems]);
        return [lists[at]![0], graphOperators(graph)] as const;
      });
      read = { from: lists.map(([, list]) => list.dataId), graphs: Object.fromEntries(graphs) };
      return read.graphs;
    },
  };
}

/** Graphs that are given, or that have no edges. */
function fixedGraphs({
  numUsers,
  numItems,
  modalities,
  given,
}: ModalityGraphInputs): ModalityGraphBuilder {
  const none = { users: new Int32Array(0), items: new Int32Array(0) };
  const graphs = modalities.map((name) => {
    const { users, items } = given?.[name] ?? none;
    const graph = csrFromCoordinates(
      { rows: numUsers, columns: numItems, rowIndices: users, columnIndices: items },
      { duplicates: 'once' },
    );
    return [name, graphOperators(graph)] as const;
  });
  const fixed = Object.fromEntries(graphs);
  return { buffers: {}, rebuild: () => undefined, current: () => fixed };
}

/** Each row's columns, `[rows · k]`; −1 for places left over. */
function listsOf({ rows, offsets, indices }: CsrMatrix, k: number): Int32Array {
  const lists = new Int32Array(rows * k).fill(-1);
  for (let row = 0; row < rows; row++) {
    lists.set(indices.subarray(offsets[row], offsets[row + 1]), row * k);
  }
  return lists;
}

/** The matrix of 1 where a list names a column. */
function matrixOf(lists: Int32Array, [rows, columns]: readonly [number, number]): CsrMatrix {
  const k = lists.length / rows;
  const edges = Array.from(lists, (item, at) => ({ row: Math.floor(at / k), item })).filter(
    ({ item }) => item >= 0,
  );
  return csrFromCoordinates(
    {
      ...{ rows, columns },
      rowIndices: Int32Array.from(edges, ({ row }) => row),
      columnIndices: Int32Array.from(edges, ({ item }) => item),
    },
    { duplicates: 'once' },
  );
}
