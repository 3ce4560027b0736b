export { accelerateWasm } from './accelerate.js';
export { adamOptions, createAdam, type AdamOptions, type Optimizer } from './adam.js';
export { attendGroups, type RowGroups } from './attend-groups.js';
export {
  backendNames,
  useBackend,
  type BackendInfo,
  type BackendName,
  type BackendOptions,
} from './backend.js';
export { crossEntropyOfRows } from './cross-entropy-of-rows.js';
export { transposeCsr } from './csr.js';
export { dropout } from './dropout.js';
export { gatherRows, segmentSum } from './gather-rows.js';
export { gelu } from './gelu.js';
export { gumbelSoftmax, type GumbelSoftmaxOptions } from './gumbel-softmax.js';
export {
  disposeGradients,
  distinctRows,
  valueAndGradients,
  type DistinctRows,
  type Gradient,
  type RowGradient,
} from './gradients.js';
export {
  matrixVariable,
  uniformBias,
  xavierNormal,
  xavierUniform,
  zerosVariable,
  type InitializerInputs,
  type MatrixValues,
} from './initializers.js';
export { l2Norm, l2NormOfRows } from './l2-norm.js';
export { linear, projectRows } from './linear.js';
export { logSumExpOfProducts } from './log-sum-exp-of-products.js';
export { logSumExpOfWeightedProducts } from './log-sum-exp-of-weighted-products.js';
export { propagateBipartite, type BipartiteBlocks } from './propagate-bipartite.js';
export { squaredNormsOfProduct } from './product-row-norms.js';
export {
  fitRidge,
  type LinearMap,
  type RidgeExamples,
  type RidgeOptions,
} from './ridge/fit-ridge.js';
export type { DenseRows } from './ridge/dense-products.js';
export { cosineOfRows, l2NormalizeRows, meanCosineOfRows } from './row-norms.js';
export { columnSums, combineColumns, type ColumnTerms } from './columns.js';
export { sampledProducts, sparseProduct } from './sparse-products.js';
export type { SparsityPattern } from './sparsity-pattern.js';
export { spmm } from './spmm.js';
export { standardizeRows } from './standardize-rows.js';
export { stopGradient } from './stop-gradient.js';
export { hasKernels } from './tensor-memory.js';
export { createTopK, createVectorTopK, selectTopOfRows, type VectorTopKRequest } from './top-k.js';
export { tripletGaps, type Triplets } from './triplet-gaps.js';
export { valuesOf } from './values-of.js';
export { withoutGradient } from './without-gradient.js';
