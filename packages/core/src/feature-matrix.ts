/** Features of the items in one modality, in memory. */
export interface FeatureMatrix {
  /** Number of items. */
  readonly rows: number;
  /** Features an item. */
  readonly columns: number;
  /** Row-major, `rows · columns` numbers, all finite. */
  readonly data: Float32Array;
  /**
   * 1 where the item has no features in this modality, `[rows]`; absent when none is missing. What stands in such a
   * row has no influence; files hold zeros there.
   */
  readonly missing?: Uint8Array;
}

/** What is in one feature file. */
export interface FeatureSummary {
  readonly modality: string;
  /** Name of the file in its folder. */
  readonly file: string;
  readonly shape: readonly number[];
  /** NumPy's type string, such as `<f2`. */
  readonly dtype: string;
  /** Number of NaN values. */
  readonly nan: number;
  /** Number of values that are Infinity or −Infinity, as float32. */
  readonly infinite: number;
  /** Number of rows that are all zero: items without features. */
  readonly zeroRows: number;
}
