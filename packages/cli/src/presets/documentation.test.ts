import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { publishedDatasets, type PublishedDataset } from '@mmrec/core';
import { expect, it } from 'vitest';
import { markdownTable } from '../markdown-table.js';
import { models } from '../models.js';
import { formatMetric } from '../table.js';
import { presetsOf, type NamedPreset } from './find-preset.js';

const page = fileURLToPath(new URL('../../../../docs/presets.md', import.meta.url));

// After a change of the presets: vitest run packages/cli/src/presets/documentation.test.ts -u
it('docs/presets.md has the presets as they are', async () => {
  const [prose] = readFileSync(page, 'utf8').replaceAll('\r\n', '\n').split('## Data sets\n');
  await expect(
    [prose, '## Data sets\n\n', datasetTable(), ...Object.values(models).map(modelSection)].join(
      '',
    ),
  ).toMatchFileSnapshot(page);
});

function datasetTable(): string {
  const count = (value: number | undefined) => value?.toLocaleString('en') ?? 'not stated';
  const datasets: readonly PublishedDataset[] = Object.values(publishedDatasets);
  return markdownTable(
    ['preset', 'data set', 'users', 'items', 'interactions', 'source'],
    datasets.map(({ name, title, users, items, interactions, source }) => [
      ...[`\`${name}\``, title, count(users), count(items), count(interactions), source],
    ]),
  );
}

function modelSection(model: (typeof models)[string]): string {
  const presets = presetsOf(model);
  const settings = markdownTable(
    ['preset', 'protocol', 'model', 'training', 'basis', 'source'],
    presets.map(({ name, protocol, options, training, basis, source }) => [
      ...[`\`${name}\``, protocol, assignments(options), assignments(training), basis, source],
    ]),
  );
  const notes = new Map<string, string[]>();
  for (const { name, note } of presets) {
    if (note) notes.set(note, [...(notes.get(note) ?? []), `\`${name}\``]);
  }
  const lines = [...notes].map(([note, names]) => `- ${names.join(', ')}: ${note}`);
  const figures = presets.flatMap(figureRows);
  return [
    `\n## ${model.name}\n\n${settings}`,
    lines.length > 0 ? `\n${lines.join('\n')}\n` : '',
    `\n${markdownTable(['preset', 'figures', 'protocol', 'test metrics', 'source'], figures)}`,
  ].join('');
}

function figureRows({ name, published = [], measured }: NamedPreset): string[][] {
  const rows = [
    ...published.map((figures) => ({ kind: 'published', ...figures })),
    ...(measured ? [{ kind: "authors' code, run here", ...measured }] : []),
  ];
  if (rows.length === 0) return [[`\`${name}\``, 'none seen', '–', '–', '–']];
  return rows.map(({ kind, protocol, metrics, source }) => [
    ...[`\`${name}\``, kind, protocol],
    Object.entries(metrics)
      .map(([metric, value]) => `${metric} ${formatMetric(value)}`)
      .join(', '),
    source,
  ]);
}

function assignments(values: object): string {
  return Object.entries(values)
    .map(([name, value]) => `${name} ${value as number}`)
    .join(', ');
}
