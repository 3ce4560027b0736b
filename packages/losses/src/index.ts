export { bprLoss, bprLossOfGaps } from './bpr-loss.js';
export { cosineDistanceLoss } from './cosine-distance-loss.js';
export { countedInfoNceLoss, type CountedRows } from './counted-info-nce-loss.js';
export {
  factoredInfoNceLoss,
  type FactoredInfoNceRows,
  type FactoredRows,
} from './factored-info-nce-loss.js';
export { gramDistance } from './gram-distance.js';
export { infoNceAgainstAllLoss, type InfoNceRows } from './info-nce-against-all-loss.js';
export { infoNceLoss } from './info-nce-loss.js';
export { infoNceDefaults, type InfoNceOptions } from './info-nce-options.js';
export { meanNegativeCosineLoss, negativeCosineLoss } from './negative-cosine-loss.js';
export { normRegularizer } from './norm-regularizer.js';
export { similarityPreservingRegularizer } from './similarity-preserving-regularizer.js';
export { squaredNormRegularizer } from './squared-norm-regularizer.js';
export { twoViewInfoNceLoss, type TwoViewInfoNceOptions } from './two-view-info-nce-loss.js';
