/** Interactions of each split. */
export interface SplitCounts {
  readonly train: number;
  readonly validation: number;
  readonly test: number;
}

/** A data set that published tables are made on. */
export interface PublishedDataset {
  /** Name of the presets made for it. */
  readonly name: string;
  readonly title: string;
  readonly users: number;
  readonly items: number;
  /** Of all splits together; absent where no source gives it. */
  readonly interactions?: number;
  /** By the protocol that divided them, where a source gives them. */
  readonly splits?: Readonly<Partial<Record<'mmrec' | 'lattice', SplitCounts>>>;
  /** Where the counts are from. */
  readonly source: string;
}

const toolbox = 'github.com/enoche/MMRec evaluation/README.md';
const lgmrecLog = (name: string) => `github.com/georgeguo-cn/LGMRec log/LGMRec-${name}-*.log`;

/** The data sets of the papers whose models are here. */
export const publishedDatasets = {
  baby: {
    name: 'baby',
    title: 'Amazon Baby, 5-core',
    users: 19_445,
    items: 7_050,
    interactions: 160_792,
    splits: {
      mmrec: { train: 118_551, validation: 20_559, test: 21_682 },
      lattice: { train: 118_551, validation: 21_682, test: 20_559 },
    },
    source: `${toolbox}; splits: ${lgmrecLog('baby')}, and the LATTICE release counted`,
  },
  sports: {
    name: 'sports',
    title: 'Amazon Sports and Outdoors, 5-core',
    users: 35_598,
    items: 18_357,
    interactions: 296_337,
    splits: { mmrec: { train: 218_409, validation: 37_899, test: 40_029 } },
    source: `${toolbox}; splits: ${lgmrecLog('sports')}`,
  },
  clothing: {
    name: 'clothing',
    title: 'Amazon Clothing, Shoes and Jewelry, 5-core',
    users: 39_387,
    items: 23_033,
    interactions: 278_677,
    splits: { mmrec: { train: 197_338, validation: 40_150, test: 41_189 } },
    source: lgmrecLog('clothing'),
  },
  electronics: {
    name: 'electronics',
    title: 'Amazon Electronics, 5-core',
    users: 192_403,
    items: 63_001,
    interactions: 1_689_188,
    source: toolbox,
  },
  tiktok: {
    name: 'tiktok',
    title: 'TikTok, as preprocessed for MMSSL',
    users: 9_308,
    items: 6_710,
    interactions: 68_722,
    source:
      'the released splits (trnMat, valMat, tstMat), counted; github.com/HKUDS/MMSSL README.md says 9,319 users and, of training alone, 59,541 interactions',
  },
  allrecipes: {
    name: 'allrecipes',
    title: 'Allrecipes, as preprocessed for MMSSL',
    users: 19_805,
    items: 10_067,
    source:
      'github.com/HKUDS/MMSSL README.md, whose 58,922 interactions are not those of all splits',
  },
} as const satisfies Readonly<Record<string, PublishedDataset>>;
