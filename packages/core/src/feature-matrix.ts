/** Features of the items in one modality, in memory. */
export interface FeatureMatrix {
  /** Number of items. */
  readonly rows: number;
  /** Features an item. */
  readonly columns: number;
  /** Row-major, `rows · columns` numbers, all finite. */
  readonly data: Float32Array;
  /** 1 where the item has no features in this modality (its row is zero), `[rows]`; absent when none is missing. */
  readonly missing?: Uint8Array;
}
