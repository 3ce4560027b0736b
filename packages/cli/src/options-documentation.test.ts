import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describeRule, type OptionRule } from '@mmrec/core';
import { fitOptions } from '@mmrec/train';
import { expect, it } from 'vitest';
import { markdownTable } from './markdown-table.js';
import { models } from './models.js';

const pages = fileURLToPath(new URL('../../../docs/models/', import.meta.url));
const tables = {
  ...Object.fromEntries(Object.values(models).map(({ name, options }) => [name, options.rules])),
  training: fitOptions.rules,
} as Readonly<Record<string, Readonly<Record<string, OptionRule>>>>;

// After a change of options: vitest run packages/cli/src/options-documentation.test.ts -u
it.each(Object.keys(tables))('the page of %s has its options as they are', async (name) => {
  const page = `${pages}${name === 'training' ? 'index' : name}.md`;
  const text = readFileSync(page, 'utf8').replaceAll('\r\n', '\n');
  const rows = Object.entries(tables[name]!).map(([option, rule]) => [
    ...[`\`${option}\``, `\`${rule.default}\``, describeRule(rule), rule.description],
  ]);
  const table = markdownTable(['option', 'default', 'allowed', 'meaning'], rows);
  const [start, end] = [`<!-- options:${name} -->\n\n`, '<!-- end of options -->\n'];
  expect(text).toContain(start);
  const [before, rest] = text.split(start) as [string, string];
  const after = rest.slice(rest.indexOf(end) + end.length);
  await expect(`${before}${start}${table}\n${end}${after}`).toMatchFileSnapshot(page);
});
