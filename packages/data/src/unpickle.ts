/** What a pickle may hold here: plain values and calls that were recorded, not made. */
export type Pickled =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | Pickled[]
  | Map<Pickled, Pickled>
  | PickledGlobal
  | PickledCall;

/** A name that the pickle asked for, on the allow-list. */
export class PickledGlobal {
  constructor(readonly name: AllowedName) {}
}

/** A call of an allowed name, with the state given to its result. */
export class PickledCall {
  state: Pickled = null;
  constructor(
    readonly name: AllowedName,
    readonly args: Pickled,
  ) {}
}

const numpyArrays = ['numpy.core.multiarray', 'numpy._core.multiarray'];
const numpyNumeric = ['numpy.core.numeric', 'numpy._core.numeric'];
const cooModules = ['scipy.sparse.coo', 'scipy.sparse._coo'];
const csrModules = ['scipy.sparse.csr', 'scipy.sparse._csr'];

/** All that a pickle may name, and the modules it may say it lives in. */
const allowed = {
  coo_matrix: cooModules,
  coo_array: cooModules,
  csr_matrix: csrModules,
  csr_array: csrModules,
  _reconstruct: numpyArrays,
  scalar: numpyArrays,
  _frombuffer: numpyNumeric,
  ndarray: ['numpy'],
  dtype: ['numpy'],
  encode: ['_codecs'],
  bytes: ['builtins', '__builtin__'],
} as const satisfies Record<string, readonly string[]>;

/** Names on the allow-list. */
export type AllowedName = keyof typeof allowed;

/** The machine that a pickle is a program for. */
interface Machine {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  at: number;
  stack: Pickled[];
  readonly marks: Pickled[][];
  readonly memo: Map<number, Pickled>;
  /** Throws, naming the file. */
  fail(rule: string): never;
}

/**
 * Reads a pickle of protocol 2 to 5 without executing anything: a call becomes a record of its
 * name and arguments, and a name off the allow-list is refused when it is read.
 *
 * @param what - Start of messages: function and file.
 * @throws {RangeError} For a pickle that is truncated or malformed, or asks for any other name.
 */
export function unpickle(what: string, bytes: Uint8Array): Pickled {
  const machine: Machine = {
    bytes,
    view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    at: 0,
    stack: [],
    marks: [],
    memo: new Map(),
    fail: (rule) => {
      throw new RangeError(`${what}: ${rule}.`);
    },
  };
  if (bytes.length === 0) machine.fail('must hold a pickle, got an empty file');
  if (bytes[0] !== 0x80) machine.fail('must be a pickle of protocol 2 to 5, got something else');
  for (;;) {
    const start = machine.at;
    const code = unsigned(machine, 1);
    if (code === stop) return pop(machine);
    const operation = operations[code];
    if (!operation) {
      machine.fail(`must hold plain SciPy matrices, got operation ${code} at byte ${start}`);
    }
    operation(machine);
  }
}

const stop = 0x2e;

/** What each operation code does. */
const operations: Readonly<Record<number, (machine: Machine) => void>> = {
  0x80: checkProtocol,
  0x95: (m) => take(m, 8), // FRAME: its length is of no interest
  // Constants and numbers
  0x4e: (m) => m.stack.push(null),
  0x88: (m) => m.stack.push(true),
  0x89: (m) => m.stack.push(false),
  0x4a: (m) => m.stack.push(unsigned(m, 4) | 0),
  0x4b: (m) => m.stack.push(unsigned(m, 1)),
  0x4d: (m) => m.stack.push(unsigned(m, 2)),
  0x8a: (m) => m.stack.push(long(m, unsigned(m, 1))),
  0x8b: (m) => m.stack.push(long(m, unsigned(m, 4))),
  0x47: (m) => m.stack.push(float(m)),
  // Text; Python 2's byte strings (U, T) are text whose characters are bytes
  0x8c: (m) => m.stack.push(text(m, 1)),
  0x58: (m) => m.stack.push(text(m, 4)),
  0x8d: (m) => m.stack.push(text(m, 8)),
  0x55: (m) => m.stack.push(byteText(m, 1)),
  0x54: (m) => m.stack.push(byteText(m, 4)),
  // Bytes
  0x43: (m) => m.stack.push(take(m, unsigned(m, 1))),
  0x42: (m) => m.stack.push(take(m, unsigned(m, 4))),
  0x8e: (m) => m.stack.push(take(m, unsigned(m, 8))),
  0x96: (m) => m.stack.push(take(m, unsigned(m, 8))),
  // Tuples and lists
  0x28: pushMark,
  0x29: (m) => m.stack.push([]),
  0x5d: (m) => m.stack.push([]),
  0x74: (m) => pushUnder(m, popMark(m)),
  0x6c: (m) => pushUnder(m, popMark(m)),
  0x85: (m) => m.stack.push(popMany(m, 1)),
  0x86: (m) => m.stack.push(popMany(m, 2)),
  0x87: (m) => m.stack.push(popMany(m, 3)),
  0x61: (m) => append(m, [pop(m)]),
  0x65: (m) => append(m, popMark(m)),
  // Dictionaries
  0x7d: (m) => m.stack.push(new Map()),
  0x73: (m) => setItems(m, popMany(m, 2)),
  0x75: (m) => setItems(m, popMark(m)),
  // Memory of earlier values
  0x71: (m) => m.memo.set(unsigned(m, 1), top(m)),
  0x72: (m) => m.memo.set(unsigned(m, 4), top(m)),
  0x94: (m) => m.memo.set(m.memo.size, top(m)),
  0x68: (m) => m.stack.push(recall(m, unsigned(m, 1))),
  0x6a: (m) => m.stack.push(recall(m, unsigned(m, 4))),
  0x30: (m) => pop(m),
  0x31: (m) => popMark(m),
  // Names and calls
  0x63: (m) => m.stack.push(name(m, line(m), line(m))),
  0x93: (m) => m.stack.push(name(m, ...namePair(m))),
  0x52: call,
  0x81: call,
  0x62: build,
};

function checkProtocol(machine: Machine): void {
  const protocol = unsigned(machine, 1);
  if (protocol >= 2 && protocol <= 5) return;
  machine.fail(`must be a pickle of protocol 2 to 5, got protocol ${protocol}`);
}

/** The next bytes. */
function take(machine: Machine, length: number): Uint8Array {
  const end = machine.at + length;
  if (end > machine.bytes.length) {
    machine.fail(`must be a whole pickle, got one cut off after ${machine.bytes.length} bytes`);
  }
  const taken = machine.bytes.subarray(machine.at, end);
  machine.at = end;
  return taken;
}

/** The next bytes as a little-endian unsigned integer. */
function unsigned(machine: Machine, size: 1 | 2 | 4 | 8): number {
  const at = machine.at;
  take(machine, size);
  if (size === 1) return machine.view.getUint8(at);
  if (size === 2) return machine.view.getUint16(at, true);
  if (size === 4) return machine.view.getUint32(at, true);
  return Number(machine.view.getBigUint64(at, true));
}

function float(machine: Machine): number {
  const at = machine.at;
  take(machine, 8);
  return machine.view.getFloat64(at);
}

/** A little-endian two's complement integer of any length up to eight bytes. */
function long(machine: Machine, size: number): number {
  const bytes = take(machine, size);
  if (size > 8) machine.fail(`must hold integers of up to 8 bytes, got one of ${size}`);
  let value = 0n;
  for (let at = size - 1; at >= 0; at--) value = (value << 8n) | BigInt(bytes[at]!);
  return Number(BigInt.asIntN(8 * size, value));
}

function text(machine: Machine, size: 1 | 4 | 8): string {
  return new TextDecoder().decode(take(machine, unsigned(machine, size)));
}

function byteText(machine: Machine, size: 1 | 4): string {
  return Buffer.from(take(machine, unsigned(machine, size))).toString('latin1');
}

function line(machine: Machine): string {
  const end = machine.bytes.indexOf(10, machine.at);
  const found = take(machine, end === -1 ? Infinity : end - machine.at);
  machine.at++;
  return new TextDecoder().decode(found);
}

function pop(machine: Machine): Pickled {
  const value = machine.stack.pop();
  if (value === undefined)
    machine.fail('must be a well-formed pickle, got one that reads past its stack');
  return value;
}

function top(machine: Machine): Pickled {
  const value = pop(machine);
  machine.stack.push(value);
  return value;
}

/** The last values, in the order they were pushed. */
function popMany(machine: Machine, count: number): Pickled[] {
  return Array.from({ length: count }, () => pop(machine)).reverse();
}

function pushMark(machine: Machine): void {
  machine.marks.push(machine.stack);
  machine.stack = [];
}

/** All values since the last mark. */
function popMark(machine: Machine): Pickled[] {
  const values = machine.stack;
  const under = machine.marks.pop();
  if (!under) machine.fail('must be a well-formed pickle, got one that lacks a mark');
  machine.stack = under;
  return values;
}

function pushUnder(machine: Machine, values: Pickled[]): void {
  machine.stack.push(values);
}

function append(machine: Machine, values: Pickled[]): void {
  const list = top(machine);
  if (!Array.isArray(list))
    machine.fail('must be a well-formed pickle, got items for what is no list');
  for (const value of values) list.push(value);
}

function setItems(machine: Machine, values: Pickled[]): void {
  const dictionary = top(machine);
  if (!(dictionary instanceof Map) || values.length % 2 === 1) {
    machine.fail('must be a well-formed pickle, got keys for what is no dictionary');
  }
  for (let at = 0; at < values.length; at += 2) dictionary.set(values[at]!, values[at + 1]!);
}

function recall(machine: Machine, index: number): Pickled {
  const value = machine.memo.get(index);
  if (value === undefined) machine.fail(`must be a well-formed pickle, got memory ${index} unset`);
  return value;
}

function namePair(machine: Machine): [string, string] {
  const [module, symbol] = popMany(machine, 2);
  if (typeof module === 'string' && typeof symbol === 'string') return [module, symbol];
  return machine.fail('must be a well-formed pickle, got a name that is no text');
}

function name(machine: Machine, module: string, symbol: string): PickledGlobal {
  if (Object.hasOwn(allowed, symbol)) {
    const known = symbol as AllowedName;
    if ((allowed[known] as readonly string[]).includes(module)) return new PickledGlobal(known);
  }
  return machine.fail(
    `may ask for SciPy's coo and csr matrices only, got '${module}.${symbol}' (nothing was executed)`,
  );
}

function call(machine: Machine): void {
  const [callee, args] = popMany(machine, 2);
  if (!(callee instanceof PickledGlobal)) {
    machine.fail('must be a well-formed pickle, got a call of what is no name');
  }
  machine.stack.push(new PickledCall(callee.name, args!));
}

function build(machine: Machine): void {
  const state = pop(machine);
  const target = top(machine);
  if (!(target instanceof PickledCall)) {
    machine.fail('must be a well-formed pickle, got a state for what has none');
  }
  target.state = state;
}
