import { expect, it } from 'vitest';
import { encodeOnnx, type OnnxConstant } from './encode-onnx.js';

// That ONNX Runtime reads the models is tested where it runs them: in extract-features.test.ts and in the cli.

const modelOf = (weights: OnnxConstant) =>
  encodeOnnx({
    name: 'tiny',
    nodes: [{ operator: 'Identity', inputs: ['weights'], outputs: ['out'] }],
    inputs: {},
    outputs: { out: { type: 'float32', shape: weights.shape } },
    constants: { weights },
  });

it('leaves large numbers where they are', () => {
  const data = new Float32Array(6);
  const chunks = modelOf({ shape: [2, 3], data });
  expect(chunks.some(({ buffer }) => buffer === data.buffer)).toBe(true);
});

it('refuses what the format does not hold', () => {
  expect(() => modelOf({ shape: [2, 3], data: new Float32Array(5) })).toThrow(
    new RangeError('encodeOnnx: weights must hold 6 numbers for shape [2, 3], got 5.'),
  );
  // Memory that is never touched costs nothing.
  const rows = 2 ** 29;
  expect(() => modelOf({ shape: [rows], data: new Float32Array(rows) })).toThrow(
    new RangeError('encodeOnnx: a model must be smaller than 2 GiB, got 2.0 GiB.'),
  );
});
