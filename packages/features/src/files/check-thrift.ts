/** Types of Thrift's compact protocol that Parquet uses. */
const [stop, isTrue, isFalse, byte, i16, i32, i64, double, binary, list, struct] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12,
] as const;

/** Structs within structs; Parquet's own go 7 deep. */
const mostDepth = 24;

/**
 * Walks a structure of Thrift's compact protocol, as Parquet's headers are, and checks its lengths: a list may not
 * have more members than there are bytes left. The library that reads it allocates whatever a list claims.
 *
 * @returns The position after it.
 * @throws {RangeError} If a length is too large, a number too long, or the structure ends early.
 */
export function checkThrift(view: DataView, start: number, depth = 0): number {
  if (depth > mostDepth) throw new RangeError('the header is nested too deep');
  for (let at = start; ;) {
    const [kind, delta] = [view.getUint8(at) & 15, view.getUint8(at) >> 4];
    at++;
    if (kind === stop) return at;
    if (delta === 0) at = varint(view, at).end;
    at = checkValue(view, { kind, at, depth });
  }
}

/** The position after a value that is no member of a list of truths, which take a byte there. */
function checkValue(
  view: DataView,
  { kind, at, depth }: { kind: number; at: number; depth: number },
): number {
  switch (kind) {
    case isTrue:
    case isFalse:
      return at;
    case byte:
      return at + 1;
    case i16:
    case i32:
    case i64:
      return varint(view, at).end;
    case double:
      return at + 8;
    case binary: {
      const { value, end } = varint(view, at);
      return end + atMost(value, view.byteLength - end);
    }
    case list:
      return checkList(view, at, depth);
    case struct:
      return checkThrift(view, at, depth + 1);
    default:
      throw new RangeError(`the header has an unknown type, ${kind}`);
  }
}

function checkList(view: DataView, start: number, depth: number): number {
  const [member, short] = [view.getUint8(start) & 15, view.getUint8(start) >> 4];
  const { value: size, end } =
    short === 15 ? varint(view, start + 1) : { value: short, end: start + 1 };
  atMost(size, view.byteLength - end);
  const kind = member === isTrue || member === isFalse ? byte : member;
  let at = end;
  for (let index = 0; index < size; index++) at = checkValue(view, { kind, at, depth: depth + 1 });
  return at;
}

/** A number of seven bits a byte; of more than 32 bits only the end counts. */
function varint(view: DataView, start: number): { value: number; end: number } {
  let value = 0;
  for (let at = start; at < start + 10; at++) {
    const bits = view.getUint8(at);
    value += (bits & 0x7f) * 2 ** (7 * (at - start));
    if (bits < 0x80) return { value, end: at + 1 };
  }
  throw new RangeError('the header has a number of more than 10 bytes');
}

function atMost(length: number, most: number): number {
  if (length <= most) return length;
  throw new RangeError(`the header has a length of ${length}, more than the ${most} bytes left`);
}
