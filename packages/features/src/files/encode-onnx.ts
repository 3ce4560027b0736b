import { protobuf, type ProtobufField } from '@mmrec/core';

/** Numbers stored in a model, row-major. */
export interface OnnxConstant {
  readonly shape: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

/** What goes in or comes out: sizes by number where they are fixed, else by name. */
export interface OnnxTensor {
  readonly type: 'float32' | 'int64';
  readonly shape: readonly (number | string)[];
  readonly description?: string;
}

/** An operator of the default domain, with the names of its inputs and outputs. */
export interface OnnxNode {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Integers ≥ 0 by name. */
  readonly attributes?: Readonly<Record<string, number>>;
}

/** A model of named tensors and the operators between them. */
export interface OnnxModel {
  readonly name: string;
  readonly description?: string;
  /** Texts by name. */
  readonly metadata?: Readonly<Record<string, string>>;
  readonly inputs: Readonly<Record<string, OnnxTensor>>;
  readonly outputs: Readonly<Record<string, OnnxTensor>>;
  readonly constants: Readonly<Record<string, OnnxConstant>>;
  /** In an order in which each has its inputs. */
  readonly nodes: readonly OnnxNode[];
}

/** Version 8 of the format, with the operators of version 13: ONNX Runtime 1.8 (2021) and later read it. */
const versions = { format: 8, operators: 13 } as const;

/** Protocol buffers take sizes up to here, in bytes. */
const mostBytes = 2 ** 31 - 1;

const elementTypes = { float32: 1, int64: 7 } as const;
const attributeTypeInteger = 2;

/**
 * A model in the format of ONNX, as chunks to be written one after the other. Constants are not copied.
 *
 * @throws {RangeError} If the model would be larger than the 2 GiB that the format allows, or a constant's numbers
 *   don't fit its shape.
 * @see https://onnx.ai/onnx/repo-docs/IR.html; field numbers are those of `onnx.proto3`.
 */
export function encodeOnnx(model: OnnxModel): readonly Uint8Array[] {
  const { integer, message, text } = protobuf;
  const fields = [
    integer(1, versions.format),
    text(2, 'mmrec'),
    message(7, graphFields(model)),
    message(8, [integer(2, versions.operators)]),
    ...Object.entries(model.metadata ?? {}).map(([name, value]) =>
      message(14, [text(1, name), text(2, value)]),
    ),
  ];
  const chunks = fields.flat();
  const size = chunks.reduce((sum, { length }) => sum + length, 0);
  if (size <= mostBytes) return chunks;
  throw new RangeError(
    `encodeOnnx: a model must be smaller than 2 GiB, got ${(size / 2 ** 30).toFixed(1)} GiB.`,
  );
}

function graphFields({ name, description, nodes, constants, inputs, outputs }: OnnxModel) {
  const { message, text } = protobuf;
  const listed = <T>(field: number, all: Readonly<Record<string, T>>, encode: Encoder<T>) =>
    Object.entries(all).map(([key, value]) => message(field, encode(key, value)));
  return [
    ...nodes.map((node) => message(1, nodeFields(node))),
    text(2, name),
    ...listed(5, constants, constantFields),
    ...(description === undefined ? [] : [text(10, description)]),
    ...listed(11, inputs, tensorFields),
    ...listed(12, outputs, tensorFields),
  ];
}

type Encoder<T> = (name: string, value: T) => readonly ProtobufField[];

/** NodeProto. */
function nodeFields({ operator, inputs, outputs, attributes = {} }: OnnxNode) {
  const { integer, message, text } = protobuf;
  return [
    ...inputs.map((input) => text(1, input)),
    ...outputs.map((output) => text(2, output)),
    text(4, operator),
    ...Object.entries(attributes).map(([name, value]) =>
      message(5, [text(1, name), integer(3, value), integer(20, attributeTypeInteger)]),
    ),
  ];
}

/** TensorProto. */
function constantFields(name: string, { shape, data }: OnnxConstant) {
  const size = shape.reduce((product, length) => product * length, 1);
  if (data.length !== size) {
    throw new RangeError(
      `encodeOnnx: ${name} must hold ${size} numbers for shape [${shape.join(', ')}], got ${data.length}.`,
    );
  }
  const { bytes, integer, text } = protobuf;
  return [
    ...shape.map((length) => integer(1, length)),
    integer(2, elementTypes[data instanceof Float32Array ? 'float32' : 'int64']),
    text(8, name),
    bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  ];
}

/** ValueInfoProto. */
function tensorFields(name: string, { type, shape, description }: OnnxTensor) {
  const { integer, message, text } = protobuf;
  const sizes = shape.map((size) =>
    message(1, [typeof size === 'number' ? integer(1, size) : text(2, size)]),
  );
  return [
    text(1, name),
    message(2, [message(1, [integer(1, elementTypes[type]), message(2, sizes)])]),
    ...(description === undefined ? [] : [text(3, description)]),
  ];
}
