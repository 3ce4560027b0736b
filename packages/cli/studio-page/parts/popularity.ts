import type { ItemSummary } from '../../src/studio/studio-api.js';

/** How many users had an item: `1 user`, `1,204 users`. */
export const popularityOf = ({ popularity }: ItemSummary): string =>
  popularity === 1 ? '1 user' : `${popularity.toLocaleString('en')} users`;
