import { formatCsv } from '../csv.js';
import { formatDifference, formatMetric, formatTable } from '../table.js';
import type { ComparisonRow } from './compare-figures.js';
import type { Cell } from './plan-table.js';

const optional = (value: number | undefined, format = formatMetric) =>
  value === undefined ? '–' : format(value);

/** The table for the terminal. */
export function formatComparison(rows: readonly ComparisonRow[]): string {
  return formatTable(
    [
      ...['model', 'dataset', 'metric', 'published', 'protocol', 'authors’ code here'],
      ...['ours', 'sd', 'seeds', 'protocol', 'difference'],
    ],
    rows.map(({ model, dataset, metric, published, measured, ours, protocol, difference }) => [
      ...[model, dataset, metric],
      ...[optional(published?.value), published?.protocol ?? '–', optional(measured?.value)],
      ...[formatMetric(ours.mean), optional(ours.standardDeviation), String(ours.seeds.length)],
      ...[protocol, optional(difference, formatDifference)],
    ]),
  );
}

/** What has to be known to read the table, and where its figures are from, a line each. */
export function comparisonNotes(
  cells: readonly Cell[],
  { rows, epochs }: { readonly rows: readonly ComparisonRow[]; readonly epochs?: number },
): readonly string[] {
  const lines = new Set<string>();
  if (epochs !== undefined) {
    lines.add(`At most ${epochs} epochs: not what the published figures were made with.`);
  }
  for (const { protocol, split, data } of cells) {
    if (split === undefined || split === protocol) continue;
    lines.add(
      `${data} is split by protocol ${split}, judged by ${protocol}: no difference is given (--protocol ${split}).`,
    );
  }
  for (const { model, dataset, published, measured } of rows) {
    if (published) lines.add(`published, ${model} on ${dataset}: ${published.source}`);
    if (measured) {
      lines.add(
        `authors’ code here, ${model} on ${dataset}: ${measured.source}; protocol ${measured.protocol}`,
      );
    }
  }
  for (const { model, preset } of cells) {
    if (preset.note) lines.add(`${model.name} on ${preset.name}: ${preset.note}`);
  }
  return [...lines];
}

/** The table with sources, as CSV. */
export function comparisonCsv(rows: readonly ComparisonRow[]): string {
  return formatCsv(
    [
      ...['model', 'dataset', 'metric'],
      ...['published', 'published_protocol', 'published_source'],
      ...['authors_code_here', 'authors_code_protocol', 'authors_code_source'],
      ...['mean', 'standard_deviation', 'seeds', 'protocol', 'difference'],
    ],
    rows.map(({ model, dataset, metric, published, measured, ours, protocol, difference }) => [
      ...[model, dataset, metric],
      ...[published?.value, published?.protocol, published?.source],
      ...[measured?.value, measured?.protocol, measured?.source],
      ...[ours.mean, ours.standardDeviation, ours.seeds.join(' '), protocol, difference],
    ]),
  );
}
