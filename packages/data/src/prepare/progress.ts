/** Steps of preparing a dataset, in order. */
export type PrepareStep =
  'hash' | 'interactions' | 'core' | 'metadata' | 'split' | 'items' | 'features';

/** How far a step is. */
export interface PrepareProgress {
  readonly step: PrepareStep;
  /** The file or the work that the step is at. */
  readonly what: string;
  /** Done so far, in `unit`s. */
  readonly done: number;
  /** All there is to do, where it is known beforehand. */
  readonly total?: number;
  readonly unit: 'bytes' | 'rows';
  /** Rows read so far, of a step that counts bytes. */
  readonly rows?: number;
  /** Taken over from interrupted work. */
  readonly isKept?: boolean;
}
