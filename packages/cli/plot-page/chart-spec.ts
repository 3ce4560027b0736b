/** A run's points in a chart, by rising x. */
export interface Line {
  /** The run's position, which gives it its colour. */
  readonly run: number;
  readonly name: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** The epoch of each point; none in bars. */
  readonly epochs: readonly number[];
  /** Position in the line of a point to mark, or −1. */
  readonly marked: number;
}

/** What a chart shows. */
export interface ChartSpec {
  readonly title: string;
  readonly xLabel: string;
  readonly lines: readonly Line[];
  readonly height: number;
  /** As wide as the page, instead of one beside the other. */
  readonly wide?: boolean;
  /** What stands above the values at a position. */
  readonly formatX: (x: number) => string;
  readonly formatY: (y: number) => string;
  readonly log?: boolean;
  /** Bars instead of lines, and their number; x goes from 0 to 1. */
  readonly bars?: number;
}
