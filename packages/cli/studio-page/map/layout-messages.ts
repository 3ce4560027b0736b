/** What the worker says of a layout. */
export interface LayoutProgress {
  readonly epoch: number;
  readonly epochs: number;
  /** `[numItems · 2]` */
  readonly positions: Float32Array;
}
