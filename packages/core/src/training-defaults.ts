/** Training defaults that a model may set for itself. */
export interface TrainingDefaults {
  readonly learningRate?: number;
  readonly weightDecay?: number;
  readonly batchSize?: number;
  readonly epochs?: number;
  readonly patience?: number;
  readonly evaluateEvery?: number;
}
