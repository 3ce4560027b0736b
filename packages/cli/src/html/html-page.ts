import { html, raw, type Html } from './html.js';

/** A page that stands alone: everything it needs is in it. */
export interface HtmlPage {
  readonly title: string;
  readonly style: string;
  readonly body: Html;
  /** What the script reads from the element `page-data`, as JSON. */
  readonly data?: unknown;
  readonly script?: string;
}

/** Begins every page, so that a command knows a file for one that it may replace. */
const pageStart = '<!doctype html>\n<!-- made by mmrec -->\n';

/** A page's file. It asks nothing of any network, and its policy lets it ask nothing. */
export function htmlPage({ title, style, body, data, script }: HtmlPage): string {
  const page = html`<html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta
        http-equiv="Content-Security-Policy"
        content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
      />
      <meta name="color-scheme" content="light dark" />
      <link rel="icon" href="data:," />
      <title>${title}</title>
      <style>
        ${raw(style)}
      </style>
    </head>
    <body>
      ${body}${
        data !== undefined &&
        html`<script type="application/json" id="page-data">
          ${raw(scriptJson(data))}
        </script> `
      }${
        script !== undefined &&
        html`<script>
          ${raw(script)};
        </script> `
      }
    </body>
  </html> `;
  return pageStart + page.markup;
}

/** Whether a file's text is a page that {@link htmlPage} made. */
export const isHtmlPage = (text: string) => text.startsWith(pageStart);

/** JSON that ends no script element, whatever its strings hold. */
const scriptJson = (data: unknown) => JSON.stringify(data).replaceAll('<', '\\u003c');
