import { html } from '../html/html.js';
import { htmlPage } from '../html/html-page.js';
import { htmlTable } from '../html/html-table.js';
import { plotStyle } from '../plot/plot-page.generated.js';
import { themeStyle } from '../plot/run-colours.js';
import type { ConfigurationSummary } from './summarize-sweep.js';
import { configurationTable } from './sweep-tables.js';

/** A sweep's results as a page that stands alone. */
export function sweepPage(
  summaries: readonly ConfigurationSummary[],
  { title, metric }: { readonly title: string; readonly metric: string },
): string {
  const { heading, rows } = configurationTable(summaries, metric);
  const failures = summaries.flatMap((one) => one.failures);
  // Their first column marks the best ones; here whole rows are marked, and the trial's name leads.
  const columns = ['trial', ...heading.slice(1, -1)];
  const isNumber = (column: number) =>
    rows.every((row) => /^[\d.–± ]*$/.test(row[column === 0 ? row.length - 1 : column]!));
  return htmlPage({
    title,
    style: themeStyle() + plotStyle,
    body: html`<main>
      <header>
        <h1>${title}</h1>
        <p>
          ${summaries.length} configurations, chosen by validation ${metric}: means over seeds ±
          standard deviations. Test figures only of each model's best, in bold.
        </p>
      </header>
      ${
        failures.length > 0 &&
        html`<ul class="notes">
          ${failures.map((failure) => html`<li>Failed: ${failure}</li>`)}
        </ul> `
      }
      <section>
        ${htmlTable({
          columns: columns.map((name, at) => ({ title: name, number: isNumber(at) })),
          rows: rows.map((row) => {
            const cells = [row.at(-1)!, ...row.slice(1, -1)];
            return row[0] === '*' ? cells.map((cell) => html`<b>${cell}</b>`) : cells;
          }),
        })}
      </section>
    </main> `,
  });
}
