import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const read = (file: string) => readFileSync(`${root}${file}`, 'utf8');

/** Figures of the kind `.0830` in the rows of a page's tables that begin with a model's name. */
function figuresOf(page: string): { readonly model: string; readonly figures: string[] }[] {
  return [
    ...read(page).matchAll(/^\| (?:\[)?(AlignRec|MMSSL|BM3|LightGCN|LGMRec)\b(?! on).*$/gm),
  ].map(([row, model]) => ({ model: model!.toLowerCase(), figures: row.match(/\.\d{4}/g) ?? [] }));
}

// The READMEs of the packages and of the repository say what was measured; other pages repeat it.
it.each(['docs/results.md', 'docs/choosing-a-model.md', 'docs/index.md'])(
  '%s has the figures of the READMEs',
  (page) => {
    const rows = figuresOf(page);
    expect(rows.length).toBeGreaterThanOrEqual(5);
    for (const { model, figures } of rows) {
      const source = read(`packages/${model}/README.md`) + read('README.md');
      const unknown = figures.filter((figure) => !source.includes(figure));
      expect(unknown, `${page}: ${model}`).toEqual([]);
    }
  },
);
