import { expect, it } from 'vitest';
import { crc32c } from './crc32c.js';
import { encodeEvent, type TensorBoardEvent } from './encode-event.js';

it.each<[string, Uint8Array, number]>([
  // RFC 3720, B.4.
  ['32 zeros', new Uint8Array(32), 0x8a9136aa],
  ['32 bytes of ones', new Uint8Array(32).fill(255), 0x62a8ab43],
  ['0 to 31', Uint8Array.from({ length: 32 }, (_, byte) => byte), 0x46dd794e],
  ['nothing', new Uint8Array(0), 0],
])('CRC-32C of %s', (_, bytes, expected) => {
  expect(crc32c(bytes)).toBe(expected);
});

// Records that TensorBoard 2.21's own writer makes of the same events:
//   RecordWriter(file).write(Event(wall_time=1.5, …).SerializeToString())
it.each<[string, TensorBoardEvent, string]>([
  [
    'the version, first in a file',
    { wallTime: 1.5, fileVersion: 'brain.Event:2' },
    '1800000000000000a37f4b2209000000000000f83f1a0d627261696e2e4576656e743a322a28646c',
  ],
  [
    'a number',
    { wallTime: 1.5, step: 300, scalars: { 'a/b': 0.5 } },
    '1a00000000000000129bd82d09000000000000f83f10ac022a0c0a0a0a03612f62150000003f49db135b',
  ],
  [
    'a restart',
    { wallTime: 1.5, step: 3, restart: true },
    '0f000000000000006d532b0909000000000000f83f10033a020801ec8612fc',
  ],
])('%s is encoded as TensorBoard does', (_, event, expected) => {
  expect(encodeEvent(event).toString('hex')).toBe(expected);
});
