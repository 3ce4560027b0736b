import type uPlot from 'uplot';
import type { ChartSpec } from './chart-spec.js';
import { formatTick } from './format.js';
import { property } from './style-property.js';

const font = '12px system-ui, sans-serif';

/** Steps between epochs: whole numbers. */
const wholeSteps = [1, 10, 100, 1000, 10_000].flatMap((power) => [power, 2 * power, 5 * power]);

/** The two axes of a chart, in the colours of the page. */
export function axesOf({ xLabel, bars, log }: ChartSpec): uPlot.Axis[] {
  const line = { stroke: property('--line'), width: 1 };
  const common = { stroke: property('--quiet'), font, grid: line, ticks: { ...line, size: 4 } };
  const share = (value: number, step: number) => `${formatTick(100 * value, 100 * step)} %`;
  // Neighbours on a logarithmic axis are of different sizes.
  const own = (value: number) => formatTick(value, value);
  return [
    {
      ...common,
      label: xLabel,
      labelFont: font,
      labelSize: 20,
      size: 30,
      values: (_, splits) => tickTexts(splits, formatTick),
      ...(xLabel === 'epoch' && { incrs: wholeSteps }),
    },
    {
      ...common,
      size: (_, texts) => 14 + 7 * longest(texts),
      values: (_, splits) => tickTexts(splits, bars ? share : log ? own : formatTick),
    },
  ];
}

/** Texts at an axis; logarithmic axes leave some places empty. */
function tickTexts(
  splits: readonly (number | null)[],
  format: (value: number, step: number) => string,
): string[] {
  const [first = 0, second = first] = splits.filter((value) => value !== null);
  return splits.map((value) => (value === null ? '' : format(value, second - first || value)));
}

/** Length of the longest text; uPlot asks before there are any, too. */
const longest = (texts: readonly string[] | null) =>
  Math.max(0, ...(texts ?? []).map(({ length }) => length));
