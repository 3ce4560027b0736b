import type { PlotData } from '../plot/plot-data.js';

/** What is asked first: the runs and their dataset. */
export interface StudioInfo {
  readonly dataset: {
    readonly name: string;
    readonly users: number;
    readonly items: number;
    readonly train: number;
    readonly validation: number;
    readonly test: number;
  };
  /** In the order of the command line; a run is named by its position. */
  readonly runs: readonly { readonly name: string; readonly model: string }[];
  readonly hasPictures: boolean;
  /** Largest list that is answered. */
  readonly maxK: number;
}

/** An item as it stands in a list. */
export interface ItemSummary {
  readonly id: string;
  readonly title?: string;
  /** Address of its picture. */
  readonly picture?: string;
  /** Users who had it in training. */
  readonly popularity: number;
  /** The first of its fields that tells kinds of items apart, such as its category. */
  readonly kind?: string;
}

/** A user as it stands in a list. */
export interface UserSummary {
  readonly id: string;
  /** Items of each split. */
  readonly history: number;
  readonly validation: number;
  readonly test: number;
}

/** Splits that a model hasn't learned from. */
export type HeldOutSplit = 'validation' | 'test';

/** Why a user gets an item: two ways to split its score into a sum. */
export interface Reason {
  /** The items of the history that add most, largest first. */
  readonly history: readonly { readonly item: ItemSummary; readonly contribution: number }[];
  /** What the other items of the history add, and how many those are. */
  readonly others: { readonly count: number; readonly contribution: number };
  /** What the item would get of anyone. */
  readonly everyone: number;
  /** What training knows of the user beyond the history. */
  readonly rest: number;
  /** Absent where the dataset has no features. */
  readonly modalities?: {
    readonly average: number;
    readonly byName: Readonly<Record<string, number>>;
    readonly interactions: number;
  };
}

/** A place of a user's list. */
export interface RecommendedToUser {
  readonly item: ItemSummary;
  readonly score: number;
  /** The split that shows the user took it. */
  readonly hit?: HeldOutSplit;
  readonly reason: Reason;
}

/** What a run has for a user. */
export interface UserList {
  readonly items: readonly RecommendedToUser[];
  /** Test items among them. */
  readonly testHits: number;
}

/** A user with what every run has for them. */
export interface UserPage extends Omit<UserSummary, 'history' | 'validation' | 'test'> {
  /** Position among all users, and the neighbours' ids. */
  readonly position: number;
  readonly previous?: string;
  readonly next?: string;
  readonly history: readonly ItemSummary[];
  readonly heldOut: readonly {
    readonly item: ItemSummary;
    readonly split: HeldOutSplit;
    /** Its place in each run's list of all items that aren't in the history; 1 is the first. */
    readonly ranks: readonly number[];
  }[];
  readonly runs: readonly UserList[];
}

/** An item with what is known of it, and what every run has near it. */
export interface ItemPage {
  readonly item: ItemSummary;
  /** Fields of the catalogue as text, those that the summary has left out. */
  readonly fields: readonly { readonly name: string; readonly value: string }[];
  /** Some of the users who had it in training. */
  readonly users: readonly string[];
  readonly runs: readonly {
    readonly items: readonly { readonly item: ItemSummary; readonly similarity: number }[];
  }[];
}

/** A field of items that a map can be coloured by. */
export type MapField =
  | {
      readonly name: string;
      readonly kind: 'category';
      /** Most frequent first; the last one may be all others. */
      readonly values: readonly string[];
      /** Position of each item's value, −1 where it has none. */
      readonly codes: readonly number[];
    }
  | {
      readonly name: string;
      readonly kind: 'number';
      /** Null where an item has none. */
      readonly numbers: readonly (number | null)[];
    };

/** The items of a map. */
export interface MapItems {
  readonly items: readonly ItemSummary[];
  /** Items of the dataset: more than those of the map where it is large. */
  readonly total: number;
  readonly fields: readonly MapField[];
}

/** The runs' curves and tables, as far as they have come. */
export interface RunsPage {
  readonly curves: PlotData;
  readonly runs: readonly {
    readonly name: string;
    readonly folder: string;
    readonly state: string;
    readonly bestEpoch?: number;
    readonly seconds: number;
    readonly peakMemoryMB?: number;
    readonly valid: Readonly<Record<string, number>>;
    readonly test: Readonly<Record<string, number>>;
  }[];
  /** By name, a value a run, absent in runs whose model doesn't have it. */
  readonly options: readonly {
    readonly name: string;
    readonly values: readonly (string | null)[];
    readonly differs: boolean;
  }[];
}

/** What stands in the place of an answer. */
export interface StudioProblem {
  readonly error: { readonly message: string };
}
