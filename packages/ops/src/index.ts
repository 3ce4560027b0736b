export { accelerateWasm } from './accelerate-wasm.js';
export { backendNames, useBackend, type BackendInfo, type BackendName } from './backend.js';
export { transposeCsr } from './csr.js';
export { dropout } from './dropout.js';
export { gatherRows, segmentSum } from './gather-rows.js';
export {
  matrixVariable,
  uniformBias,
  xavierNormal,
  xavierUniform,
  zerosVariable,
  type InitializerInputs,
  type MatrixValues,
} from './initializers.js';
export { l2Norm } from './l2-norm.js';
export { adamOptions, createAdam, type AdamOptions, type Optimizer } from './optimizers.js';
export { propagateBipartite, type BipartiteBlocks } from './propagate-bipartite.js';
export { squaredNormsOfProduct } from './product-row-norms.js';
export { cosineOfRows, l2NormalizeRows } from './row-norms.js';
export { sampledProducts, sparseProduct } from './sparse-products.js';
export type { SparsityPattern } from './sparsity-pattern.js';
export { spmm } from './spmm.js';
export { stopGradient } from './stop-gradient.js';
export { createTopK, selectTopOfRows } from './top-k.js';
export { withoutGradient } from './without-gradient.js';
