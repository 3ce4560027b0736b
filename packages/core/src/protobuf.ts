/**
 * Fields of protocol-buffer messages, as the chunks of bytes that they are written as. Large contents stay chunks of
 * their own and are not copied, however deep they lie in messages.
 *
 * @see https://protobuf.dev/programming-guides/encoding
 */
export type ProtobufField = readonly Uint8Array[];

/** Wire types of protocol buffers. */
const wireTypes = { integer: 0, double: 1, bytes: 2, float: 5 } as const;

/**
 * Encoders of a message's fields, each by its number in the message's definition.
 *
 * @example
 * ```ts
 * const name = protobuf.text(1, 'ab');
 * joinProtobuf([protobuf.message(3, [name, protobuf.integer(2, 300)])])
 * // => [26, 7, 10, 2, 97, 98, 16, 172, 2]
 * ```
 */
export const protobuf = {
  /** An integer ≥ 0; enumerations and booleans too. */
  integer: (field: number, value: number): ProtobufField => [
    Uint8Array.from([...key(field, 'integer'), ...variableLength(value)]),
  ],
  double: (field: number, value: number): ProtobufField => {
    const bytes = new DataView(new ArrayBuffer(8));
    bytes.setFloat64(0, value, true);
    return [Uint8Array.from(key(field, 'double')), new Uint8Array(bytes.buffer)];
  },
  float: (field: number, value: number): ProtobufField => {
    const bytes = new DataView(new ArrayBuffer(4));
    bytes.setFloat32(0, value, true);
    return [Uint8Array.from(key(field, 'float')), new Uint8Array(bytes.buffer)];
  },
  text: (field: number, value: string): ProtobufField =>
    withLength(field, [new TextEncoder().encode(value)]),
  bytes: (field: number, value: Uint8Array): ProtobufField => withLength(field, [value]),
  /** A message within the message. */
  message: (field: number, fields: readonly ProtobufField[]): ProtobufField =>
    withLength(field, fields.flat()),
} as const;

/** A message as bytes in one piece. */
export function joinProtobuf(fields: readonly ProtobufField[]): Uint8Array {
  const chunks = fields.flat();
  const joined = new Uint8Array(sizeOf(chunks));
  let at = 0;
  for (const chunk of chunks) {
    joined.set(chunk, at);
    at += chunk.length;
  }
  return joined;
}

function withLength(field: number, chunks: ProtobufField): ProtobufField {
  const start = [...key(field, 'bytes'), ...variableLength(sizeOf(chunks))];
  return [Uint8Array.from(start), ...chunks];
}

const sizeOf = (chunks: ProtobufField) => chunks.reduce((sum, { length }) => sum + length, 0);

const key = (field: number, type: keyof typeof wireTypes) =>
  variableLength(field * 8 + wireTypes[type]);

/** An integer from 0, seven bits a byte, the lowest first; all bytes but the last have their highest bit set. */
function variableLength(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) | 128);
  }
}
