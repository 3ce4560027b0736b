import { PickledCall, unpickle, type Pickled } from './unpickle.js';
import { maxIndex } from './index-count.js';

/** Entries of a sparse matrix that are not zero. */
export interface PickledMatrix {
  readonly rows: number;
  readonly columns: number;
  /** Visits the position of each entry in stored order. */
  forEach(visit: (row: number, column: number) => void): void;
}

/** A one-dimensional NumPy array, its numbers read on demand. */
interface PickledVector {
  readonly length: number;
  at(index: number): number;
}

type ReadNumber = (view: DataView, at: number, littleEndian: boolean) => number;

/** Size in bytes and reader of each number type. */
const numberTypes: Readonly<Record<string, readonly [number, ReadNumber]>> = {
  b1: [1, (view, at) => view.getUint8(at)],
  i1: [1, (view, at) => view.getInt8(at)],
  u1: [1, (view, at) => view.getUint8(at)],
  i2: [2, (view, at, little) => view.getInt16(at, little)],
  u2: [2, (view, at, little) => view.getUint16(at, little)],
  i4: [4, (view, at, little) => view.getInt32(at, little)],
  u4: [4, (view, at, little) => view.getUint32(at, little)],
  i8: [8, (view, at, little) => Number(view.getBigInt64(at, little))],
  u8: [8, (view, at, little) => Number(view.getBigUint64(at, little))],
  f4: [4, (view, at, little) => view.getFloat32(at, little)],
  f8: [8, (view, at, little) => view.getFloat64(at, little)],
};

/**
 * Reads a pickled SciPy `coo_matrix`, `csr_matrix`, `coo_array` or `csr_array`.
 *
 * @param what - Start of messages: function and file.
 * @throws {RangeError} For anything else, or a matrix whose parts contradict each other.
 */
export function pickledMatrix(what: string, bytes: Uint8Array): PickledMatrix {
  const fail = (rule: string): never => {
    throw new RangeError(`${what}: ${rule}.`);
  };
  const value = unpickle(what, bytes);
  const format = value instanceof PickledCall ? value.name.slice(0, 4) : '';
  if (
    !(value instanceof PickledCall) ||
    !(value.state instanceof Map) ||
    !/^c(oo|sr)_/.test(format)
  ) {
    return fail(`must hold a SciPy coo or csr matrix, got ${describe(value)}`);
  }
  const state = value.state;
  const [rows, columns] = shapeOf(state.get('_shape') ?? state.get('shape'), fail);
  const vector = (part: Pickled | undefined, name: string) => toVector(part, name, fail);
  const values = vector(state.get('data'), 'data');
  const parts = { rows, columns, values, fail };
  if (format === 'coo_') {
    const coords = state.get('coords');
    const [first, second] = Array.isArray(coords) ? coords : [state.get('row'), state.get('col')];
    return cooEntries(parts, vector(first, 'row'), vector(second, 'col'));
  }
  const indices = vector(state.get('indices'), 'indices');
  return csrEntries(parts, indices, vector(state.get('indptr'), 'indptr'));
}

interface MatrixParts {
  readonly rows: number;
  readonly columns: number;
  readonly values: PickledVector;
  fail(rule: string): never;
}

function cooEntries(parts: MatrixParts, row: PickledVector, column: PickledVector): PickledMatrix {
  const { rows, columns, values, fail } = parts;
  if (row.length !== values.length || column.length !== values.length) {
    fail(
      `must have as many rows and columns as values, got ${row.length}, ${column.length} and ${values.length}`,
    );
  }
  return {
    rows,
    columns,
    forEach: (visit) => {
      for (let at = 0; at < values.length; at++) {
        const position = checkPosition(parts, row.at(at), column.at(at));
        if (values.at(at) !== 0) visit(...position);
      }
    },
  };
}

function csrEntries(
  parts: MatrixParts,
  indices: PickledVector,
  offsets: PickledVector,
): PickledMatrix {
  const { rows, columns, values, fail } = parts;
  if (offsets.length !== rows + 1 || indices.length !== values.length) {
    fail(
      `must have ${rows + 1} row offsets and as many indices as values, got ${offsets.length}, ${indices.length} and ${values.length}`,
    );
  }
  return {
    rows,
    columns,
    forEach: (visit) => {
      for (let row = 0; row < rows; row++) {
        const [start, end] = [offsets.at(row), offsets.at(row + 1)];
        if (!(start >= 0 && start <= end && end <= values.length)) {
          fail(`must have ascending row offsets up to ${values.length}, got ${start} and ${end}`);
        }
        for (let at = start; at < end; at++) {
          const position = checkPosition(parts, row, indices.at(at));
          if (values.at(at) !== 0) visit(...position);
        }
      }
    },
  };
}

function checkPosition(
  { rows, columns, fail }: MatrixParts,
  row: number,
  column: number,
): [number, number] {
  const fits = row >= 0 && row < rows && column >= 0 && column < columns;
  if (fits && Number.isInteger(row) && Number.isInteger(column)) return [row, column];
  return fail(
    `must have entries within its shape ${rows} × ${columns}, got row ${row}, column ${column}`,
  );
}

function shapeOf(shape: Pickled | undefined, fail: (rule: string) => never): [number, number] {
  const sizes = Array.isArray(shape) ? shape.map((size) => toNumber(size, fail)) : [];
  const fits = sizes.every((size) => Number.isInteger(size) && size >= 0 && size <= maxIndex + 1);
  if (sizes.length === 2 && fits) return [sizes[0]!, sizes[1]!];
  return fail(`must have a shape of two sizes up to ${maxIndex + 1}, got [${sizes.join(', ')}]`);
}

/** A number, or a NumPy scalar. */
function toNumber(value: Pickled, fail: (rule: string) => never): number {
  if (typeof value === 'number') return value;
  if (value instanceof PickledCall && value.name === 'scalar' && Array.isArray(value.args)) {
    const [type, bytes] = value.args;
    return numbersOf({ type, bytes, length: 1, name: 'shape' }, fail).at(0);
  }
  return fail(`must have numbers in its shape, got ${describe(value)}`);
}

/** A NumPy array, in either way that NumPy pickles one. */
function toVector(
  value: Pickled | undefined,
  name: string,
  fail: (rule: string) => never,
): PickledVector {
  const isArray =
    value instanceof PickledCall && ['_reconstruct', '_frombuffer'].includes(value.name);
  const parts = isArray ? (value.name === '_frombuffer' ? value.args : value.state) : null;
  if (!isArray || !Array.isArray(parts)) {
    return fail(`must have a NumPy array '${name}', got ${describe(value ?? null)}`);
  }
  // _frombuffer: (bytes, dtype, shape, order); state of an array: (version, shape, dtype, order, bytes)
  const [bytes, type, shape] =
    value.name === '_frombuffer' ? parts : [parts[4], parts[2], parts[1]];
  const length = Array.isArray(shape) && shape.length === 1 ? shape[0] : undefined;
  if (typeof length !== 'number') return fail(`must have one dimension in '${name}'`);
  return numbersOf({ type, bytes, length, name }, fail);
}

interface RawNumbers {
  readonly type: Pickled | undefined;
  readonly bytes: Pickled | undefined;
  readonly length: number;
  readonly name: string;
}

function numbersOf(
  { type, bytes, length, name }: RawNumbers,
  fail: (rule: string) => never,
): PickledVector {
  const code = type instanceof PickledCall && Array.isArray(type.args) ? type.args[0]! : null;
  const known =
    typeof code === 'string' && Object.hasOwn(numberTypes, code) ? numberTypes[code] : undefined;
  if (!known || !(type instanceof PickledCall)) {
    return fail(
      `must have numbers in '${name}', got type ${typeof code === 'string' ? `'${code}'` : describe(code)}`,
    );
  }
  const [size, read] = known;
  const raw = toBytes(bytes, name, fail);
  if (raw.length !== length * size) {
    fail(`must have ${length * size} bytes in '${name}', got ${raw.length}`);
  }
  const littleEndian = !(Array.isArray(type.state) && type.state[1] === '>');
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  return { length, at: (index) => read(view, index * size, littleEndian) };
}

/** Bytes, in any of the ways that pickles of the two Pythons hold them. */
function toBytes(
  value: Pickled | undefined,
  name: string,
  fail: (rule: string) => never,
): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (typeof value === 'string') return Buffer.from(value, 'latin1');
  if (value instanceof PickledCall && Array.isArray(value.args)) {
    if (value.name === 'bytes' && value.args.length === 0) return new Uint8Array();
    const [text, encoding] = value.args;
    if (value.name === 'encode' && typeof text === 'string' && encoding === 'latin1') {
      return Buffer.from(text, 'latin1');
    }
  }
  return fail(`must have bytes in '${name}', got ${describe(value ?? null)}`);
}

function describe(value: Pickled): string {
  if (value instanceof PickledCall)
    return value.name === '_reconstruct' ? 'an array' : `a ${value.name}`;
  if (value instanceof Map) return 'a dictionary';
  if (value instanceof Uint8Array) return 'bytes';
  if (Array.isArray(value)) return 'a list';
  return value === null ? 'nothing' : `a ${typeof value}`;
}
