import { testRecommender } from '@mmrec/test-utils';
import { createMmssl } from './create-mmssl.js';

testRecommender((world) =>
  createMmssl(world, { embeddingSize: 16, graphNeighbors: 4, criticWidth: 8 }),
);
