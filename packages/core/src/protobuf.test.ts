import { expect, it } from 'vitest';
import { joinProtobuf, protobuf } from './protobuf.js';

it('encodes fields of all kinds', () => {
  const fields = [
    protobuf.integer(1, 0),
    protobuf.integer(16, 2 ** 35),
    protobuf.double(2, 1),
    protobuf.float(3, -2),
    protobuf.text(4, 'é'),
    protobuf.bytes(5, Uint8Array.of(9)),
    protobuf.message(6, []),
  ];
  expect([...joinProtobuf(fields)]).toEqual([
    ...[0x08, 0],
    // From field 16 on the key takes two bytes; 2³⁵ is a one after five groups of seven bits.
    ...[0x80, 0x01, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01],
    ...[0x11, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f],
    ...[0x1d, 0, 0, 0, 0xc0],
    ...[0x22, 2, 0xc3, 0xa9],
    ...[0x2a, 1, 9],
    ...[0x32, 0],
  ]);
});

it('counts the bytes of messages in messages, and does not copy large contents', () => {
  const large = new Uint8Array(300);
  const field = protobuf.message(1, [protobuf.message(2, [protobuf.bytes(3, large)])]);
  expect(field).toContain(large);
  expect([...joinProtobuf([field]).subarray(0, 9)]).toEqual([
    ...[0x0a, 0xb2, 0x02],
    ...[0x12, 0xaf, 0x02],
    ...[0x1a, 0xac, 0x02],
  ]);
});
