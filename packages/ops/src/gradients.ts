import {
  clone,
  engine,
  type Scalar,
  type Tensor,
  type Tensor2D,
  type Variable,
} from '@tensorflow/tfjs-core';

/** A gradient that is zero outside some rows of a table. */
export interface RowGradient {
  /** Different rows, in any order, `[n]`. */
  readonly rows: Int32Array;
  /** Their gradients, `[n, columns]`. */
  readonly values: Tensor2D;
}

/** The gradient of one parameter: the sum of its parts, of which there is at least one. */
export interface Gradient {
  readonly dense?: Tensor;
  readonly rows?: readonly RowGradient[];
}

/** A use of some rows of a parameter, whose gradient needs those rows only. */
interface RowUse {
  readonly parameter: string;
  /** What was made of the rows. */
  readonly output: Tensor;
  /** The rows' gradient from the output's, called once; undefined when no gradient reached the output. */
  gradient(dy: Tensor | undefined): RowGradient | undefined;
}

interface Recording {
  readonly names: ReadonlyMap<number, string>;
  readonly uses: RowUse[];
}

// Like the engine's tape, whose companion it is: set while an objective runs.
let recording: Recording | undefined;

/**
 * An objective's value and its gradients for some parameters, like TensorFlow.js's `variableGrads`, but what
 * reads a parameter row by row ({@link gatherRows}, {@link projectRows}, {@link l2NormOfRows}) gives it a gradient
 * of those rows only. A table of 7,050 × 4,096 features then costs what a batch of 2,048 touches.
 *
 * @param objective - Makes a scalar; its other tensors are disposed.
 * @param parameters - Variables by name.
 * @returns The value, and the gradient of every parameter that the objective depends on. The caller disposes
 *   both, the gradients with {@link disposeGradients}.
 */
export function valueAndGradients(
  objective: () => Scalar,
  parameters: Readonly<Record<string, Variable>>,
): { value: Scalar; gradients: Record<string, Gradient> } {
  const names = Object.keys(parameters);
  const uses: RowUse[] = [];
  const before = recording;
  const xs: Tensor[] = Object.values(parameters);
  const record = {
    names: new Map(names.map((name) => [parameters[name]!.id, name])),
    uses,
  };
  const { value, grads } = engine().gradients(
    () => {
      recording = record;
      try {
        return objective();
      } finally {
        recording = before;
        // Read by the engine after this returns: what was made of single rows is differentiated for as well.
        xs.push(...uses.map(({ output }) => output));
        freeAsUsed(new Set(xs.map(({ id }) => id)));
      }
    },
    xs,
    undefined,
    true,
  ) as { value: Scalar; grads: (Tensor | undefined)[] };
  const parts: Record<string, { dense?: Tensor; rows: RowGradient[] }> = {};
  const partOf = (name: string) => (parts[name] ??= { rows: [] });
  names.forEach((name, at) => {
    const dense = grads[at];
    if (dense) partOf(name).dense = dense;
  });
  uses.forEach(({ parameter, gradient }, at) => {
    const dy = grads[names.length + at];
    const rows = gradient(dy);
    if (rows) partOf(parameter).rows.push(rows);
    dy?.dispose();
  });
  return { value, gradients: parts };
}

/**
 * Has the engine free what its backward pass is done with: what an operation saved, and the gradients of its
 * outputs unless they are wanted. It would keep both to the end, which doubles the memory of a step.
 */
function freeAsUsed(wanted: ReadonlySet<number>): void {
  const { state } = engine();
  // Inside another objective, that one's backward pass needs them again.
  if (state.gradientDepth > 1) return;
  let used: Tensor[] = [];
  for (const node of state.activeTape) {
    const { gradient, saved = [], outputs } = node;
    if (!gradient) continue;
    node.gradient = (dys) => {
      // Operations come one after the other: the one before is finished.
      for (const tensor of used) tensor.dispose();
      const passed = dys.filter((dy, at) => (dy as Tensor | null) && !wanted.has(outputs[at]!.id));
      used = [...saved, ...passed];
      const inUse = used;
      const gradients = Object.entries(gradient(dys)).map(([name, compute]) => [
        name,
        () => {
          const dx = compute();
          return inUse.includes(dx) ? clone(dx) : dx;
        },
      ]);
      return Object.fromEntries(gradients) as Record<string, () => Tensor>;
    };
  }
}

/** Frees gradients. */
export function disposeGradients(gradients: Readonly<Record<string, Gradient>>): void {
  for (const { dense, rows = [] } of Object.values(gradients)) {
    dense?.dispose();
    for (const { values } of rows) values.dispose();
  }
}

/** The name under which a tensor's gradient is wanted by rows, if it is. */
export function trackedParameter(table: Tensor): string | undefined {
  return recording?.names.get(table.id);
}

/** Has the gradient of a tracked parameter's rows made from that of an output. */
export function recordRowUse(use: RowUse): void {
  recording?.uses.push(use);
}

/** Row numbers without repetition, and for each position the place of its row among them. */
export interface DistinctRows {
  readonly rows: Int32Array;
  /** `[positions]` */
  readonly places: Int32Array;
}

/**
 * The different rows of a list, in the order of their first occurrence: what needs to be looked up or computed
 * once for a batch in which users and items repeat.
 *
 * @param list - Row numbers, `0 … tableRows − 1`.
 * @example
 * ```ts
 * const { rows, places } = distinctRows(Int32Array.of(7, 2, 7), 8);
 * [...rows] // => [7, 2]
 * [...places] // => [0, 1, 0]
 * ```
 */
export function distinctRows(list: Int32Array, tableRows: number): DistinctRows {
  // The place of each row seen so far, plus one.
  const seen = new Int32Array(tableRows);
  const places = new Int32Array(list.length);
  const rows = new Int32Array(list.length);
  let count = 0;
  for (let at = 0; at < list.length; at++) {
    const row = list[at]!;
    if (seen[row] === 0) {
      rows[count++] = row;
      seen[row] = count;
    }
    places[at] = seen[row]! - 1;
  }
  return { rows: rows.slice(0, count), places };
}
