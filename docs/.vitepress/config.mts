import { fileURLToPath } from 'node:url';
import { katex } from '@mdit/plugin-katex';
import { defineConfig, type MarkdownRenderer } from 'vitepress';
import { inlineFigures, namedBlocks } from './figures.mjs';
import { includeSections, pageOf, repositoryLinks, root } from './repository-pages.mjs';
import { nav, sidebar } from './sidebar.mjs';

export default defineConfig({
  title: 'mmrec',
  description: 'Multimodal recommendation in TypeScript, on TensorFlow.js.',
  lang: 'en',
  base: process.env['MMREC_DOCS_BASE'] ?? '/',
  // Pages are the Markdown files of the whole repository: READMEs of the packages among them.
  srcDir: root,
  srcExclude: [
    '*.md',
    '.*/**',
    'docs/README.md',
    'packages/test-utils/**',
    'packages/*/CHANGELOG.md',
  ],
  rewrites: (file) => pageOf(file) ?? file,
  cacheDir: fileURLToPath(new URL('cache', import.meta.url)),
  outDir: fileURLToPath(new URL('dist', import.meta.url)),
  head: [['link', { rel: 'icon', type: 'image/svg+xml', href: '/icon.svg' }]],
  markdown: {
    theme: { light: 'github-light', dark: 'github-dark' },
    config(md) {
      md.use(katex, { output: 'htmlAndMathml' });
      md.use(repositoryLinks).use(inlineFigures).use(namedBlocks);
      renderWithInclusions(md);
    },
  },
  vite: { publicDir: fileURLToPath(new URL('../public', import.meta.url)) },
  themeConfig: {
    logo: '/icon.svg',
    nav,
    sidebar,
    outline: [2, 3],
    search: { provider: 'local' },
    docFooter: { prev: 'Before', next: 'Next' },
    footer: { message: 'Apache-2.0' },
  },
});

/** Sections of other files come in before anything reads a page: rendering, and the index of the search. */
function renderWithInclusions(md: MarkdownRenderer): void {
  const render = md.render.bind(md);
  md.render = (text, env) => render(includeSections(text, env?.realPath ?? env?.path ?? root), env);
}
