import { crc32c } from './crc32c.js';

/** An entry of an event file. */
export interface TensorBoardEvent {
  /** Seconds since 1970. */
  readonly wallTime: number;
  readonly step?: number;
  /** The first entry of a file names the format: `brain.Event:2`. */
  readonly fileVersion?: string;
  /** Numbers by tag. */
  readonly scalars?: Readonly<Record<string, number>>;
  /** From here on earlier entries of this step and later ones are void: training was resumed. */
  readonly restart?: boolean;
}

/**
 * An event as a record of an event file: the length, the `Event` message in protocol buffers, and checksums of
 * both.
 *
 * @see TensorFlow, `tensorflow/core/util/event.proto` and `framework/summary.proto` for the messages' fields, and
 *   the guide to TFRecord files for the record.
 */
export function encodeEvent({
  wallTime,
  step,
  fileVersion,
  scalars,
  restart,
}: TensorBoardEvent): Buffer {
  const values = Object.entries(scalars ?? {}).map(([tag, value]) =>
    bytesField(1, Buffer.concat([bytesField(1, Buffer.from(tag)), floatField(2, value)])),
  );
  const message = Buffer.concat([
    doubleField(1, wallTime),
    ...(step === undefined ? [] : [integerField(2, step)]),
    ...(fileVersion === undefined ? [] : [bytesField(3, Buffer.from(fileVersion))]),
    ...(values.length === 0 ? [] : [bytesField(5, Buffer.concat(values))]),
    // SessionLog with status START.
    ...(restart === true ? [bytesField(7, integerField(1, 1))] : []),
  ]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(message.length));
  return Buffer.concat([length, maskedChecksum(length), message, maskedChecksum(message)]);
}

/** The format rotates and shifts checksums, so that those of data that hold checksums stay good. */
function maskedChecksum(bytes: Uint8Array): Buffer {
  const checksum = crc32c(bytes);
  const rotated = ((checksum >>> 15) | (checksum << 17)) >>> 0;
  const masked = Buffer.alloc(4);
  masked.writeUInt32LE((rotated + 0xa282ead8) >>> 0);
  return masked;
}

/** Wire types of protocol buffers. */
const wireTypes = { integer: 0, double: 1, bytes: 2, float: 5 } as const;

const key = (field: number, type: keyof typeof wireTypes) =>
  Buffer.of((field << 3) | wireTypes[type]);

function integerField(field: number, value: number): Buffer {
  return Buffer.concat([key(field, 'integer'), variableLength(value)]);
}

function bytesField(field: number, bytes: Buffer): Buffer {
  return Buffer.concat([key(field, 'bytes'), variableLength(bytes.length), bytes]);
}

function doubleField(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return Buffer.concat([key(field, 'double'), bytes]);
}

function floatField(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return Buffer.concat([key(field, 'float'), bytes]);
}

/** An integer from 0, seven bits a byte, the lowest first; all bytes but the last have their highest bit set. */
function variableLength(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) | 128);
  }
}
