export { addRows, gatherRows } from './rows';
export { adam } from './adam';
export { dropoutRows } from './dropout';
export { multiply } from './multiply';
export { cosineRows, cosineRowsGradient, normalizeRows, normalizeRowsGradient } from './row-norms';
export { selectTop } from './select-top';
export { sparseMultiply } from './sparse-multiply';
export { scale, sumOfSquares } from './sum-of-squares';
