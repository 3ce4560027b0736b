import { html, type Html, type HtmlValue } from './html.js';

/** A column of a table. */
export interface HtmlColumn {
  readonly title: HtmlValue;
  /** A heading above neighbouring columns of the same group. */
  readonly group?: string;
  /** Numbers stand to the right. */
  readonly number?: boolean;
}

/** What a table shows. */
export interface HtmlTable {
  readonly columns: readonly HtmlColumn[];
  /** Cells in the order of the columns; a row's first one is its heading. */
  readonly rows: readonly (readonly HtmlValue[])[];
}

/** A table that scrolls sideways within the page where it is wider. */
export function htmlTable({ columns, rows }: HtmlTable): Html {
  const kind = (column: number) => (columns[column]!.number ? 'number' : 'text');
  const row = ([first, ...cells]: readonly HtmlValue[]) =>
    html`<tr>
      <th scope="row">${first}</th>
      ${cells.map((cell, at) => html`<td class="${kind(at + 1)}">${cell}</td>`)}
    </tr> `;
  return html`<div class="table" tabindex="0" role="region" aria-label="Table">
    <table>
      <thead>
        ${groupRow(columns)}
        <tr>
          ${columns.map(({ title }, at) => html`<th scope="col" class="${kind(at)}">${title}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(row)}
      </tbody>
    </table>
  </div> `;
}

/** The row of group headings, or nothing where no column has a group. */
function groupRow(columns: readonly HtmlColumn[]): Html | undefined {
  if (columns.every(({ group }) => group === undefined)) return undefined;
  const spans: { group: string | undefined; width: number }[] = [];
  for (const { group } of columns) {
    const last = spans.at(-1);
    if (last && last.group === group) last.width++;
    else spans.push({ group, width: 1 });
  }
  return html`<tr>
    ${spans.map(({ group, width }) =>
      group === undefined
        ? html`<td colspan="${width}"></td>`
        : html`<th scope="colgroup" colspan="${width}" class="group">${group}</th>`,
    )}
  </tr> `;
}
