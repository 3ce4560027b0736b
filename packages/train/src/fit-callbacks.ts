/** Called while a model is trained. A promise returned is awaited. */
export interface FitCallbacks {
  onBatch?(progress: { epoch: number; batch: number; batches: number }): void;
  onEpoch?(record: EpochRecord): void | Promise<void>;
  /** After an evaluation that is the best so far; the model's parameters are that epoch's. */
  onBest?(record: EpochRecord): void | Promise<void>;
  /** Before the first epoch: what happened before, when training goes on from a checkpoint; else nothing. */
  onStart?(history: readonly EpochRecord[]): void | Promise<void>;
  /**
   * Before a checkpoint is written, when the epoch to be chosen (the best so far; without validation the last)
   * is another than at the last one. The model's parameters are that epoch's during the call.
   */
  onCheckpoint?(chosen: EpochRecord): void | Promise<void>;
  /** When training has ended; the model's parameters are the best epoch's. */
  onEnd?(result: FitResult): void | Promise<void>;
}

/** What happened in an epoch. */
export interface EpochRecord {
  /** From 1. */
  readonly epoch: number;
  /** Mean of each term of the objective, and of their sum as `total`. */
  readonly losses: Readonly<Record<string, number>>;
  /** Validation metrics, in the epochs that were evaluated. */
  readonly valid?: Readonly<Record<string, number>>;
  readonly learningRate: number;
  /** Time of the training part. */
  readonly seconds: number;
  readonly evaluationSeconds?: number;
}

/** How training went. The model is left with the parameters of the best epoch. */
export interface FitResult {
  /** The epoch chosen: the best on validation, else the last. 0 when no epoch was finished. */
  readonly bestEpoch: number;
  /** Validation metrics at that epoch; absent without validation. */
  readonly bestValid?: Readonly<Record<string, number>>;
  readonly history: readonly EpochRecord[];
  readonly stopped: 'epochs' | 'patience' | 'signal';
}
