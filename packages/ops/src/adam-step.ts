import {
  add,
  concat,
  div,
  dispose,
  engine,
  gather,
  keep,
  mul,
  sqrt,
  square,
  sub,
  tensor1d,
  tensor2d,
  tensorScatterUpdate,
  tidy,
  type Tensor,
  type Tensor2D,
  type Variable,
} from '@tensorflow/tfjs-core';
import { distinctRows, type Gradient, type RowGradient } from './gradients.js';
import { segmentSum } from './gather-rows.js';
import { tensorMemory } from './tensor-memory.js';
import type { TensorMemory } from './wasm/tensor-memory.js';

/** Running means of a parameter's gradient and of its square. */
export interface Moments {
  readonly m: Tensor;
  readonly v: Tensor;
}

/** Numbers of one step, the same for all parameters. */
export interface Step {
  readonly beta1: number;
  readonly beta2: number;
  /** Learning rate over the first moment's bias correction. */
  readonly rate: number;
  /** One over the root of the second moment's bias correction. */
  readonly correction: number;
  readonly epsilon: number;
  readonly decay: number;
  readonly penalty: number;
  /** Whether rows without a gradient stay as they are. */
  readonly lazy: boolean;
}

type State = Moments & { readonly step: Step };

/**
 * Moves one parameter, in place where the back end's memory can be reached.
 *
 * @returns The moments after the step; those given are disposed if they are others.
 */
export function takeStep(parameter: Variable, gradient: Gradient, state: State): Moments {
  const memory = tensorMemory();
  const rows = mergeRows(gradient.rows ?? [], parameter.shape[0]!);
  try {
    if (!memory && engine().backendName !== 'cpu') {
      if (state.step.lazy && rows && !gradient.dense) {
        return stepRowsWithTensors(parameter, rows.gradient, state);
      }
      const dense = withRows(gradient.dense, rows?.gradient, parameter.shape[0]!);
      const moments = stepWithTensors(parameter, dense, state);
      if (dense !== gradient.dense) dense.dispose();
      return moments;
    }
    unshare(parameter);
    const parts = { ...gradient, rows: rows?.gradient };
    if (memory) stepOnWasm(memory, parameter, { ...parts, ...state });
    else stepOnHost(parameter, parts, state);
    return state;
  } finally {
    rows?.dispose();
  }
}

/** A gradient's dense part and, merged, those by rows. */
interface Parts {
  readonly dense?: Tensor | undefined;
  readonly rows: RowGradient | undefined;
}

interface MergedRows {
  readonly gradient: RowGradient;
  dispose(): void;
}

/** One gradient by rows out of several. */
function mergeRows(parts: readonly RowGradient[], tableRows: number): MergedRows | undefined {
  if (parts.length === 0) return undefined;
  if (parts.length === 1) return { gradient: parts[0]!, dispose: () => undefined };
  const list = new Int32Array(parts.reduce((total, { rows }) => total + rows.length, 0));
  let at = 0;
  for (const { rows } of parts) {
    list.set(rows, at);
    at += rows.length;
  }
  const { rows, places } = distinctRows(list, tableRows);
  const values = tidy(() => {
    const all = concat<Tensor2D>(
      parts.map((part) => part.values),
      0,
    );
    return segmentSum(all, places, rows.length);
  });
  return {
    gradient: { rows, values },
    dispose: () => {
      values.dispose();
    },
  };
}

/** A dense gradient with that of some rows added to it. */
function withRows(
  dense: Tensor | undefined,
  rows: RowGradient | undefined,
  tableRows: number,
): Tensor {
  if (!rows) return dense!;
  return tidy(() => {
    const spread = segmentSum(rows.values, rows.rows, tableRows);
    return dense ? add(dense, spread) : spread;
  });
}

/** Place of each row of the table among those of a gradient, −1 where it has none. */
function slotsOf({ rows }: RowGradient, tableRows: number): Int32Array {
  const slots = new Int32Array(tableRows).fill(-1);
  rows.forEach((row, slot) => {
    slots[row] = slot;
  });
  return slots;
}

const factors = ({ beta1, beta2, rate, correction, epsilon, decay, penalty }: Step) =>
  [beta1, 1 - beta1, beta2, 1 - beta2, rate, correction, epsilon, decay, penalty] as const;

function stepOnWasm(
  memory: TensorMemory,
  parameter: Variable,
  { dense, rows, m, v, step }: State & Parts,
): void {
  const { runtime } = memory;
  const [p, first, second] = [parameter, m, v].map((x) => memory.update(x)) as [
    ...[number, number, number],
  ];
  const g = dense ? memory.read(dense) : 0;
  if (!rows) {
    runtime.parallel('adam', { count: parameter.size, cost: 6 }, (from, to) => [
      ...[to - from, g + 4 * from, 0, ...[p, first, second].map((x) => x + 4 * from)],
      ...factors(step),
    ]);
  } else {
    const [count, columns] = parameter.shape as [number, number];
    const slots = runtime.upload(slotsOf(rows, count));
    const values = memory.read(rows.values);
    const lazy = step.lazy && !dense;
    const touched = lazy ? rows.rows.length / count : 1;
    runtime.parallel('adamRows', { count, cost: 6 * columns * touched }, (from, to) => [
      ...[from, to, columns, slots.pointer, Number(lazy), values, g, p, first, second],
      ...factors(step),
    ]);
    slots.release();
  }
}

const numbersOf = ({ dataId }: Tensor) => engine().backend.readSync(dataId) as Float32Array;
type Tables = readonly [Float32Array, Float32Array, Float32Array];

function stepOnHost(parameter: Variable, { dense, rows }: Parts, { m, v, step }: State): void {
  const tables = [parameter, m, v].map(numbersOf) as unknown as Tables;
  const gradient = dense && numbersOf(dense);
  if (!rows) {
    moveNumbers(tables, [gradient], step);
    return;
  }
  const [count, columns] = parameter.shape as [number, number];
  const values = numbersOf(rows.values);
  const rowOf = (table: Float32Array, row: number) =>
    table.subarray(row * columns, (row + 1) * columns);
  slotsOf(rows, count).forEach((slot, row) => {
    if (slot < 0 && step.lazy && !gradient) return;
    const own = tables.map((table) => rowOf(table, row)) as unknown as Tables;
    const parts = [gradient && rowOf(gradient, row), slot < 0 ? undefined : rowOf(values, slot)];
    moveNumbers(own, parts, step);
  });
}

/** The plain version of the kernel `adam`: a part of the gradient that is missing counts as zero. */
function moveNumbers(
  [p, means, squares]: Tables,
  parts: readonly (Float32Array | undefined)[],
  { beta1, beta2, rate, correction, epsilon, decay, penalty }: Step,
): void {
  for (let at = 0; at < p.length; at++) {
    let slope = penalty * p[at]!;
    for (const part of parts) slope += part?.[at] ?? 0;
    const mean = beta1 * means[at]! + (1 - beta1) * slope;
    const meanSquare = beta2 * squares[at]! + (1 - beta2) * slope * slope;
    means[at] = mean;
    squares[at] = meanSquare;
    p[at] = decay * p[at]! - (rate * mean) / (Math.sqrt(meanSquare) * correction + epsilon);
  }
}

/** Gives a parameter data of its own when another tensor looks at it, so that changing it changes no other. */
function unshare(parameter: Variable): void {
  const { backend } = engine();
  if (backend.refCount(parameter.dataId) <= 1) return;
  const values = backend.readSync(parameter.dataId).slice() as Float32Array;
  const copy = engine().makeTensor(values, parameter.shape, 'float32');
  parameter.assign(copy);
  copy.dispose();
}

/** The same step with the back end's own operations. */
function stepWithTensors(parameter: Variable, gradient: Tensor, { m, v, step }: State): Moments {
  const [p, mean, meanSquare] = tidy(() =>
    moved([parameter, m, v], gradient, step).map((x) => keep(x)),
  );
  parameter.assign(p!);
  dispose([m, v, p!]);
  return { m: mean!, v: meanSquare! };
}

/** The same for some rows of a table alone. */
function stepRowsWithTensors(
  parameter: Variable,
  { rows, values }: RowGradient,
  { m, v, step }: State,
): Moments {
  const [p, mean, meanSquare] = tidy(() => {
    const [list, places] = [tensor1d(rows, 'int32'), tensor2d(rows, [rows.length, 1], 'int32')];
    const tables = [parameter, m, v] as const;
    const own = tables.map((table) => gather(table, list)) as [Tensor, Tensor, Tensor];
    return moved(own, values, step).map((row, at) =>
      keep(tensorScatterUpdate(tables[at]!, places, row)),
    );
  });
  parameter.assign(p!);
  dispose([m, v, p!]);
  return { m: mean!, v: meanSquare! };
}

/** A parameter and its moments after a step. */
function moved(
  [parameter, m, v]: readonly [Tensor, Tensor, Tensor],
  gradient: Tensor,
  { beta1, beta2, rate, correction, epsilon, decay, penalty }: Step,
): [Tensor, Tensor, Tensor] {
  const slope = penalty === 0 ? gradient : add(gradient, mul(parameter, penalty));
  const mean = add(mul(m, beta1), mul(slope, 1 - beta1));
  const meanSquare = add(mul(v, beta2), mul(square(slope), 1 - beta2));
  const move = div(mul(mean, rate), add(mul(sqrt(meanSquare), correction), epsilon));
  return [sub(decay === 1 ? parameter : mul(parameter, decay), move), mean, meanSquare];
}
