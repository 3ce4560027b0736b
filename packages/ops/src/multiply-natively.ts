import type { CsrMatrix } from '@mmrec/core';
import {
  engine,
  gather,
  mul,
  tensor1d,
  tensor2d,
  tidy,
  unsortedSegmentSum,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import type { NodeBackend } from './wasm/node-backend.js';

/**
 * Sparse times dense with the back end's own operations: libtensorflow's `SparseTensorDenseMatMul`, on the device
 * that it uses; elsewhere looked-up rows, weighted and summed.
 */
export function multiplyNatively(matrix: CsrMatrix, x: Tensor2D): Tensor2D {
  const { backendName, backend } = engine();
  if (backendName !== 'tensorflow') return multiplyByLookups(matrix, x);
  const { binding, getInputTensorIds, createOutputTensor } = backend as unknown as NodeBackend;
  const { ids } = residentMatrix(binding, matrix);
  const { TF_ATTR_BOOL, TF_ATTR_TYPE, TF_FLOAT, TF_INT32 } = binding;
  const attributes = [
    { name: 'T', type: TF_ATTR_TYPE, value: TF_FLOAT },
    { name: 'Tindices', type: TF_ATTR_TYPE, value: TF_INT32 },
    { name: 'adjoint_a', type: TF_ATTR_BOOL, value: false },
    { name: 'adjoint_b', type: TF_ATTR_BOOL, value: false },
  ];
  const inputs = [...ids, ...getInputTensorIds.call(backend, [x])];
  const [output] = binding.executeOp('SparseTensorDenseMatMul', attributes, inputs, 1);
  return createOutputTensor.call(backend, output!) as Tensor2D;
}

/** A matrix in libtensorflow's memory. */
interface ResidentMatrix {
  /** Tensors: coordinates, values and shape. */
  readonly ids: readonly number[];
}

const matrices = new WeakMap<CsrMatrix, ResidentMatrix>();
const collected = new FinalizationRegistry<() => void>((release) => {
  release();
});

/** The matrix in libtensorflow's memory: copied at first sight, freed when it is garbage collected. */
function residentMatrix(binding: NodeBackend['binding'], matrix: CsrMatrix): ResidentMatrix {
  let resident = matrices.get(matrix);
  if (!resident) {
    const { TF_FLOAT, TF_INT32, TF_INT64 } = binding;
    const { rows, columns, values } = matrix;
    const count = values.length;
    const ids = [
      binding.createTensor([count, 2], TF_INT32, coordinatesOf(matrix)),
      binding.createTensor([count], TF_FLOAT, values),
      // Two 64-bit numbers, as pairs of 32 bits, the lower first.
      binding.createTensor([2], TF_INT64, Int32Array.of(rows, 0, columns, 0)),
    ];
    resident = { ids };
    matrices.set(matrix, resident);
    collected.register(matrix, () => {
      for (const id of ids) binding.deleteTensor(id);
    });
  }
  return resident;
}

/** Row and column of each entry, `[entries, 2]`. */
function coordinatesOf({ rows, offsets, indices }: CsrMatrix): Int32Array {
  const coordinates = new Int32Array(2 * indices.length);
  for (let row = 0; row < rows; row++) {
    for (let entry = offsets[row]!; entry < offsets[row + 1]!; entry++) {
      coordinates[2 * entry] = row;
      coordinates[2 * entry + 1] = indices[entry]!;
    }
  }
  return coordinates;
}

function multiplyByLookups({ rows, offsets, indices, values }: CsrMatrix, x: Tensor2D): Tensor2D {
  const rowOf = new Int32Array(indices.length);
  for (let row = 0; row < rows; row++) rowOf.fill(row, offsets[row], offsets[row + 1]);
  return tidy(() => {
    const weighted = mul(
      gather(x, tensor1d(indices, 'int32')),
      tensor2d(values, [values.length, 1]),
    );
    return unsortedSegmentSum(weighted, tensor1d(rowOf, 'int32'), rows) as Tensor2D;
  });
}
