import type { ReportedFigures } from '@mmrec/core';
import { seedMean } from '../seed-mean.js';
import type { Cell } from './plan-table.js';

/** The test metrics of a cell's finished runs. */
export interface CellResult {
  readonly cell: Cell;
  readonly tests: readonly {
    readonly seed: number;
    readonly metrics: Readonly<Record<string, number>>;
  }[];
}

/** One metric of a model on a data set: what was published, what the authors' code gave here, and ours. */
export interface ComparisonRow {
  readonly model: string;
  readonly dataset: string;
  readonly metric: string;
  readonly published?: Figure;
  /** The authors' code as this project ran it. */
  readonly measured?: Figure;
  readonly protocol: 'mmrec' | 'lattice';
  readonly ours: {
    readonly mean: number;
    /** Over the seeds; absent for one. */
    readonly standardDeviation?: number;
    readonly seeds: readonly number[];
  };
  /** Ours − published; absent unless both are of one protocol, on that protocol's split. */
  readonly difference?: number;
}

interface Figure {
  readonly value: number;
  readonly protocol: 'mmrec' | 'lattice';
  readonly source: string;
}

/** Metrics that are shown where nobody reports any. */
const usual = ['recall@10', 'recall@20', 'ndcg@10', 'ndcg@20'];

/** A row for each metric of each table that reports the cell; cells without finished runs have none. */
export function compareFigures(results: readonly CellResult[]): readonly ComparisonRow[] {
  return results.flatMap(({ cell, tests }) => {
    const { preset } = cell;
    return reportsOf(cell).flatMap(({ metrics, published }) =>
      metrics.flatMap((metric) => {
        const values = tests.flatMap(({ seed, metrics: found }) =>
          metric in found ? [{ seed, value: found[metric]! }] : [],
        );
        if (values.length === 0) return [];
        return [
          createRow(cell, {
            metric,
            values,
            published: figureOf(published, metric),
            measured: figureOf(preset.measured, metric),
          }),
        ];
      }),
    );
  });
}

/** The tables that report a cell; without one, the metrics that were measured here or are usual. */
function reportsOf({
  preset,
}: Cell): readonly { metrics: readonly string[]; published?: ReportedFigures }[] {
  const published = preset.published ?? [];
  if (published.length === 0)
    return [{ metrics: preset.measured ? Object.keys(preset.measured.metrics) : usual }];
  return published.map((figures) => ({
    metrics: Object.keys(figures.metrics),
    published: figures,
  }));
}

function figureOf(figures: ReportedFigures | undefined, metric: string): Figure | undefined {
  const value = figures?.metrics[metric];
  return figures && value !== undefined
    ? { value, protocol: figures.protocol, source: figures.source }
    : undefined;
}

function createRow(
  { model, preset, protocol, split = protocol }: Cell,
  {
    metric,
    values,
    published,
    measured,
  }: {
    readonly metric: string;
    readonly values: readonly { readonly seed: number; readonly value: number }[];
    readonly published: Figure | undefined;
    readonly measured: Figure | undefined;
  },
): ComparisonRow {
  const { mean, deviation } = seedMean(values.map(({ value }) => value));
  const comparable = published?.protocol === protocol && split === protocol;
  return {
    model: model.name,
    dataset: preset.name,
    metric,
    ...(published && { published }),
    ...(measured && { measured }),
    protocol,
    ours: {
      mean,
      ...(deviation !== undefined && { standardDeviation: deviation }),
      seeds: values.map(({ seed }) => seed),
    },
    ...(comparable && { difference: mean - published.value }),
  };
}
