export { createVbpr, vbpr, vbprOptions, type VbprOptions } from './create-vbpr.js';
