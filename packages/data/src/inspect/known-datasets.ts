/** Size of a dataset. */
export interface DatasetSize {
  readonly users: number;
  readonly items: number;
  readonly interactions: number;
}

interface KnownDataset extends DatasetSize {
  readonly title: string;
  /** What folders call it, without Amazon's name in front; letters and digits only. */
  readonly names: readonly string[];
}

/** Datasets as the papers that use them describe them: 5-cores of Amazon's reviews of 2014, and TikTok. */
const knownDatasets: readonly KnownDataset[] = [
  {
    title: 'Amazon Baby',
    names: ['baby'],
    ...{ users: 19_445, items: 7_050, interactions: 160_792 },
  },
  {
    title: 'Amazon Sports',
    names: ['sports', 'sportsandoutdoors', 'sportsoutdoors'],
    ...{ users: 35_598, items: 18_357, interactions: 296_337 },
  },
  {
    title: 'Amazon Clothing',
    names: ['clothing', 'clothingshoesandjewelry'],
    ...{ users: 39_387, items: 23_033, interactions: 278_677 },
  },
  {
    title: 'Amazon Electronics',
    names: ['electronics', 'elec'],
    ...{ users: 192_403, items: 63_001, interactions: 1_689_188 },
  },
  {
    title: 'TikTok',
    names: ['tiktok'],
    ...{ users: 9_308, items: 6_710, interactions: 68_722 },
  },
];

/**
 * What is wrong with a dataset that has the name of a published one and not its size.
 *
 * @returns A sentence, or undefined for other names and for the right size.
 * @example
 * ```ts
 * compareWithKnown('Amazon-Baby', { users: 19445, items: 7050, interactions: 160792 }) // => undefined
 * compareWithKnown('tiktok', { users: 9308, items: 6710, interactions: 68721 })
 * // => 'tiktok has 9,308 users, 6,710 items and 68,721 interactions; TikTok as published has 9,308, 6,710 and 68,722.'
 * ```
 */
export function compareWithKnown(name: string, size: DatasetSize): string | undefined {
  const plain = name
    .toLowerCase()
    .replaceAll(/[^a-z\d]/g, '')
    .replace(/^amazon(20)?(14)?/, '')
    .replace(/(5core|(20)?14)+$/, '');
  const known = knownDatasets.find(({ names }) => names.includes(plain));
  if (!known) return undefined;
  const keys = ['users', 'items', 'interactions'] as const;
  if (keys.every((key) => known[key] === size[key])) return undefined;
  const [users, items, interactions] = keys.map((key) => size[key].toLocaleString('en-US'));
  const published = keys.map((key) => known[key].toLocaleString('en-US'));
  return `${name} has ${users} users, ${items} items and ${interactions} interactions; ${known.title} as published has ${published[0]}, ${published[1]} and ${published[2]}.`;
}
