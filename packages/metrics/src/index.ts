export {
  bootstrapConfidenceInterval,
  bootstrapDefaults,
  type BootstrapOptions,
  type ConfidenceInterval,
} from './bootstrap-confidence-interval.js';
export {
  compareSystems,
  type CompareSystemsInputs,
  type PerUserValues,
  type SystemComparison,
} from './compare-systems.js';
export { evaluateRanking, type RankingEvaluation, type RankingInputs } from './evaluate-ranking.js';
export { giniIndex } from './gini-index.js';
export { groupByCount, groupMeans, type CountGroups } from './group-by-count.js';
export { hitAtK } from './hit-at-k.js';
export type { RelevantItems } from './hit-list.js';
export { holmCorrection } from './holm-correction.js';
export { innerProductTopK, type InnerProductInputs } from './inner-product-top-k.js';
export { intraListDiversity } from './intra-list-diversity.js';
export { itemCoverage } from './item-coverage.js';
export { latticeNdcgAtK } from './lattice-ndcg-at-k.js';
export { mapAtK } from './map-at-k.js';
export { mostPopularTopK } from './most-popular-top-k.js';
export { mrrAtK } from './mrr-at-k.js';
export { ndcgAtK } from './ndcg-at-k.js';
export { novelty } from './novelty.js';
export { pairedTTest, type PairedTTest } from './paired-t-test.js';
export { popularityLift } from './popularity-lift.js';
export { precisionAtK } from './precision-at-k.js';
export { randomTopK } from './random-top-k.js';
export { rankingMetrics, type RankingMetric, type RankingProtocol } from './ranking-metrics.js';
export { recallAtK } from './recall-at-k.js';
export { retrievedPairs, type RetrievedPairs } from './retrieved-pairs.js';
export { selectTopK } from './select-top-k.js';
export type { SyncTopK, TopK, TopLists } from './top-k.js';
export { wilcoxonSignedRank, type WilcoxonSignedRank } from './wilcoxon-signed-rank.js';
