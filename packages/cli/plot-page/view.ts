/** What the reader has chosen to see. */
export interface View {
  /** What the curves are over. */
  x: 'epoch' | 'time';
  /** Whether losses have a logarithmic axis. */
  log: boolean;
  /** Positions of the runs that are not shown. */
  readonly hidden: Set<number>;
  /** The metric whose distribution over users is shown. */
  userMetric: string;
}
