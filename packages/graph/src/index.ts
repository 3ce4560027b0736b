export { spmm } from '@mmrec/ops';
export { coOccurrenceGraph, type CoOccurrenceGraphOptions } from './co-occurrence-graph.js';
export { columnSums } from './column-sums.js';
export {
  createInteractionGraph,
  type InteractionGraph,
  type InteractionGraphOptions,
} from './create-interaction-graph.js';
export {
  csrFromCoordinates,
  type Coordinates,
  type CsrFromCoordinatesOptions,
} from './csr-from-coordinates.js';
export { knnGraph, type KnnGraphOptions } from './knn-graph.js';
export { lightGcn, type LayerCombination, type LightGcnOptions } from './light-gcn.js';
export { normalizeColumns } from './normalize-columns.js';
export { normalizeRows, type DegreeNormalizationOptions } from './normalize-rows.js';
export { normalizeSymmetric, type SymmetricNormalizationOptions } from './normalize-symmetric.js';
export { rowSums } from './row-sums.js';
export { similarityGraph, type SimilarityGraphOptions } from './similarity-graph.js';
export { toDense } from './to-dense.js';
export { transpose } from './transpose.js';
