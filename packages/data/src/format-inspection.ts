import { basename } from 'node:path';
import type { FeatureSummary } from '@mmrec/core';
import type { DegreeSummary, Inspection } from './inspect-dataset.js';

/**
 * An inspection as aligned text for a terminal, at most 80 columns wide for usual names, ending
 * with a line break.
 *
 * @example
 * ```ts
 * const table = createInteractionTable({ users: ['ann', 'ann', 'bob'], items: ['a', 'b', 'b'] });
 * const report = inspectDataset(createDataset('shop', table, splitByLabels(table, [0, 0, 2])));
 * formatInspection(report).split('\n')[3] // => 'interactions      2           0     1      3'
 * ```
 */
export function formatInspection(inspection: Inspection): string {
  const { name, source, interactions, density, duplicates, alsoInTraining } = inspection;
  const { train, validation, test, total } = interactions;
  const files = source.map((file) => basename(file)).join(', ');
  const sections = [
    files ? `${name} (${files})` : name,
    formatTable([
      ['', 'train', 'validation', 'test', 'total'],
      ['interactions', ...[train, validation, test, total].map(formatCount)],
    ]),
    formatTable([
      ['', 'count', 'cold', 'min', 'p25', 'median', 'p75', 'p95', 'max', 'mean'],
      ['users', ...degreeCells(inspection.users)],
      ['items', ...degreeCells(inspection.items)],
    ]),
    'Percentiles are of training interactions; cold: without any.',
    formatTable([
      ['density', `${(100 * density).toPrecision(3)} %`],
      ['duplicates', formatCount(duplicates)],
      ['held out and in training', formatCount(alsoInTraining)],
    ]),
    formatFeatures(inspection.features),
    [
      ...inspection.warnings.map((warning) => `warning: ${warning}`),
      ...inspection.notes.map((note) => `note: ${note}`),
    ].join('\n'),
  ].filter((section) => section !== '');
  return `${sections.join('\n\n').replace('\n\nPercentiles', '\nPercentiles')}\n`;
}

function degreeCells(degrees: DegreeSummary): string[] {
  const { count, cold, min, p25, median, p75, p95, max, mean } = degrees;
  return [...[count, cold, min, p25, median, p75, p95, max].map(formatCount), mean.toFixed(2)];
}

function formatFeatures(features: readonly FeatureSummary[]): string {
  if (features.length === 0) return 'no features';
  const rows = features.map(({ modality, file, shape, dtype, nan, infinite, zeroRows }) => [
    modality,
    basename(file),
    shape.join(' × '),
    dtype,
    formatCount(nan),
    formatCount(infinite),
    formatCount(zeroRows),
  ]);
  return formatTable([
    ['features', 'file', 'shape', 'type', 'NaN', 'infinite', 'zero rows'],
    ...rows,
  ]);
}

/** Rows of cells as lines: columns of text to the left, columns of numbers to the right. */
function formatTable(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const isNumeric = widths.map((_, column) =>
    rows.slice(1).every((row) => /^[\d,. %]+$/.test(row[column]!)),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) =>
        isNumeric[column] ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!),
      )
      .join('  ')
      .trimEnd();
  return rows.map(line).join('\n');
}

function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}
