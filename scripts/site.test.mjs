// Builds the documentation as a site, which fails on a link that leads nowhere, and looks at what was built.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deadLinks } from './site-links.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const installed = existsSync(join(root, 'docs', 'node_modules', 'vitepress'));
if (!installed) console.warn('WITHOUT VitePress, which is not installed: the site is not built.');

let folder;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'mmrec-site-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('deadLinks', () => {
  it('names links to pages, files and headings that are not there', () => {
    const site = join(folder, 'small');
    mkdirSync(join(site, 'models'), { recursive: true });
    writeFileSync(join(site, 'picture.svg'), '<svg/>');
    writeFileSync(
      join(site, 'index.html'),
      [
        '<h2 id="here">H</h2><a href="#here">1</a><a class="x" href="/models/">2</a>',
        '<a href="./models/index.html#there">3</a><a href="/picture.svg">4</a>',
        '<a href="https://example.org/none">5</a><a href="#gone">6</a>',
        '<a href="/models/other.html">7</a><a href="/models/#gone">8</a>',
      ].join(''),
    );
    writeFileSync(join(site, 'models', 'index.html'), '<h2 id="there">T</h2><a href="../">9</a>');
    expect(deadLinks(site)).toEqual([
      '/index.html: #gone',
      '/index.html: /models/other.html',
      '/index.html: /models/#gone',
    ]);
  });
});

describe.skipIf(!installed)('the site', () => {
  let site;
  const page = (name) => readFileSync(join(site, name), 'utf8');
  beforeAll(() => {
    site = join(folder, 'site');
    execFileSync(process.execPath, ['docs/build.mjs', '--out', site], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'pipe'],
      encoding: 'utf8',
    });
  }, 600_000);

  it('has no link that leads nowhere', () => expect(deadLinks(site)).toEqual([]));

  it('has a page for each guide, model and package', () => {
    for (const name of ['index', 'start', 'own-data', 'models/bm3', 'benchmarks', 'api/core']) {
      expect(existsSync(join(site, `${name}.html`)), name).toBe(true);
    }
  });

  it('has formulas, pictures and the sections that pages take from READMEs', () => {
    const html = page('models/bm3.html');
    expect(html).toContain('class="katex"');
    expect(html).toMatch(
      /<svg[^>]*aria-labelledby="bm3-data-flow-title bm3-data-flow-description"/,
    );
    expect(html).toContain('.0826–.0900');
    expect(html).not.toContain('>From <');
  });
});
