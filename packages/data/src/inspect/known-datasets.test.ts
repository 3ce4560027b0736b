import { describe, expect, it } from 'vitest';
import { compareWithKnown } from './known-datasets.js';

describe.each<[name: string, sizes: readonly [number, number, number]]>([
  ['baby', [19_445, 7_050, 160_792]],
  ['Amazon_Sports_and_Outdoors', [35_598, 18_357, 296_337]],
  ['clothing', [39_387, 23_033, 278_677]],
  ['Electronics-14', [192_403, 63_001, 1_689_188]],
  ['TikTok', [9_308, 6_710, 68_722]],
])('%s', (name, [users, items, interactions]) => {
  it('is right in its published size, and in no other', () => {
    expect(compareWithKnown(name, { users, items, interactions })).toBeUndefined();
    for (const wrong of [
      { users: users - 1, items, interactions },
      { users, items: items + 1, interactions },
      { users, items, interactions: interactions - 1 },
    ]) {
      expect(compareWithKnown(name, wrong)).toMatch(
        new RegExp(`^${name} has [\\d,]+ users, .* as published has `),
      );
    }
  });
});

it('says nothing of other names', () => {
  expect(compareWithKnown('babysitters', { users: 1, items: 1, interactions: 1 })).toBeUndefined();
});
