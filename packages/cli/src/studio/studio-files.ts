import { studioScript, studioStyle, studioWorker } from './studio-page.generated.js';
import { studioTheme } from './studio-theme.js';

/** A file of the page. */
export interface StudioFile {
  readonly path: string;
  readonly type: string;
  readonly text: string;
}

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>mmrec studio</title>
    <link rel="icon" href="/icon.svg" />
    <link rel="stylesheet" href="/studio.css" />
    <script type="module" src="/studio.js"></script>
  </head>
  <body>
    <div id="app"><noscript>The studio needs a script, which this browser doesn't run.</noscript></div>
  </body>
</html>
`;

const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
  <rect width="32" height="32" rx="8" fill="#3b4cca" />
  <circle cx="10" cy="11" r="3.5" fill="#fff" />
  <circle cx="22" cy="9" r="2.5" fill="#f4b43a" />
  <circle cx="20" cy="21" r="4.5" fill="#fff" />
  <circle cx="9" cy="22" r="2" fill="#f4b43a" />
</svg>
`;

/** The page with its script and style: all there is of it. */
export function studioFiles(): readonly StudioFile[] {
  const script = 'text/javascript; charset=utf-8';
  return [
    { path: '/', type: 'text/html; charset=utf-8', text: page },
    { path: '/studio.js', type: script, text: studioScript },
    { path: '/map-worker.js', type: script, text: studioWorker },
    { path: '/studio.css', type: 'text/css; charset=utf-8', text: studioTheme() + studioStyle },
    { path: '/icon.svg', type: 'image/svg+xml', text: icon },
  ];
}
