import { html, type Html } from '../html/html.js';
import { htmlPage } from '../html/html-page.js';
import { buildPlotData } from './build-plot-data.js';
import type { EvaluatedUsers } from './evaluate-users.js';
import { plotScript, plotStyle } from './plot-page.generated.js';
import { incomparable, plotNotes } from './plot-notes.js';
import type { PlottedRun } from './read-plotted-run.js';
import { themeStyle } from './run-colours.js';
import { optionsTable, summaryTable } from './summary-table.js';

/** What a page shows. */
export interface PlotPageInputs {
  readonly title: string;
  /** The chosen one at the beginning. */
  readonly metrics: readonly string[];
  readonly users: EvaluatedUsers;
}

/** The page of some runs: tables made here, charts by the page's script from the data that lies in it. */
export function plotPage(runs: readonly PlottedRun[], inputs: PlotPageInputs): string {
  const { title, metrics, users } = inputs;
  const metric = metrics[0]!;
  const notes = plotNotes(runs, users);
  return htmlPage({
    title,
    style: themeStyle() + plotStyle,
    data: buildPlotData(runs, { metrics, users }),
    script: plotScript,
    body: html`<main>
      <header>
        <h1>${title}</h1>
        <p>${subtitle(runs)}</p>
      </header>
      ${
        notes.length > 0 &&
        html`<ul class="notes">
          ${notes.map((note) => html`<li>${note}</li>`)}
        </ul> `
      }
      <section>
        <h2>Runs</h2>
        ${summaryTable(runs, { metric, comparable: incomparable(runs) === undefined })}
        <details>
          <summary>All options</summary>
          ${optionsTable(runs)}
        </details>
      </section>
      <noscript>
        <p class="notes">The charts need a script in this page, which this browser doesn't run.</p>
      </noscript>
      <div id="charts"></div>
      <footer>
        <p>
          Drag across a chart to zoom, double-click to see all again. With the keyboard: Tab to a
          chart, ← and → move the cursor, + and − zoom, Escape shows all. A click on a run's name
          hides it.
        </p>
      </footer>
    </main> `,
  });
}

function subtitle(runs: readonly PlottedRun[]): Html {
  const { dataset, protocol } = runs[0]!.config;
  if (incomparable(runs) !== undefined) return html`${runs.length} runs`;
  const count = (value: number) => value.toLocaleString('en');
  return html`${dataset.name}: ${count(dataset.numUsers)} users, ${count(dataset.numItems)} items,
  ${count(dataset.train)} training interactions; protocol ${protocol}. Epochs are chosen on
  validation; test is evaluated once, at that epoch.`;
}
