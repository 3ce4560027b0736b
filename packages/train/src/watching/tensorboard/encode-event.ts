import { joinProtobuf, protobuf } from '@mmrec/core';
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
    protobuf.message(1, [protobuf.text(1, tag), protobuf.float(2, value)]),
  );
  const message = joinProtobuf([
    protobuf.double(1, wallTime),
    ...(step === undefined ? [] : [protobuf.integer(2, step)]),
    ...(fileVersion === undefined ? [] : [protobuf.text(3, fileVersion)]),
    ...(values.length === 0 ? [] : [protobuf.message(5, values)]),
    // SessionLog with status START.
    ...(restart === true ? [protobuf.message(7, [protobuf.integer(1, 1)])] : []),
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
