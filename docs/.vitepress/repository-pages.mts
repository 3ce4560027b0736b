import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MarkdownEnv, MarkdownRenderer } from 'vitepress';

/** The repository's root: pages are its Markdown files, wherever they lie. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** Which file becomes which page. */
const places: readonly (readonly [RegExp, string])[] = [
  [/^docs\/(.+\.md)$/, '$1'],
  [/^packages\/([^/]+)\/README\.md$/, 'packages/$1/index.md'],
  [/^packages\/([^/]+)\/docs\/(.+\.md)$/, 'packages/$1/$2'],
  [/^benchmarks\/README\.md$/, 'benchmarks.md'],
  [/^examples\/README\.md$/, 'examples/index.md'],
  [/^examples\/([^/]+)\/README\.md$/, 'examples/$1.md'],
];

/** @param file - Path from the root, with `/`. @returns The page's, or undefined where there is none. */
export function pageOf(file: string): string | undefined {
  if (file === 'docs/README.md' || file.startsWith('packages/test-utils/')) return undefined;
  const [pattern, page] = places.find(([candidate]) => candidate.test(file)) ?? [];
  return pattern && file.replace(pattern, page!);
}

/** Path from the root, with `/`. */
function fromRoot(path: string): string {
  return relative(root, path).split(sep).join('/');
}

/** The file that a page is made of. */
function sourceOf(env: MarkdownEnv & { realPath?: string }): string {
  return env.realPath ?? env.path;
}

/**
 * Lets links of Markdown files lead where they lead in the repository: to another page of the site, or, where the
 * site has none, to nothing, as code that names the file. A link to what is not there fails the build.
 */
export function repositoryLinks(md: MarkdownRenderer): void {
  md.core.ruler.push('repository-links', ({ tokens, env }) => {
    for (const { children } of tokens) {
      for (const token of children ?? []) {
        const href = token.type === 'link_open' ? token.attrGet('href') : undefined;
        if (!href || /^([a-z]+:|\/|#)/i.test(href)) continue;
        const target = targetOf(href, sourceOf(env as MarkdownEnv));
        if (target !== undefined) token.attrSet('href', target);
        else makePlain(children!, token);
      }
    }
  });
}

/** @returns The page's address, or undefined for a file without a page. */
function targetOf(href: string, source: string): string | undefined {
  const [, path = '', anchor = ''] = /^([^#]*)(#.*)?$/.exec(href) ?? [];
  let file = resolve(dirname(source), decodeURI(path));
  if (existsSync(file) && statSync(file).isDirectory()) {
    const readme = join(file, 'README.md');
    if (!existsSync(readme)) return undefined;
    file = readme;
  }
  if (!existsSync(file)) throw new Error(`${fromRoot(source)}: ${href} leads nowhere.`);
  const name = fromRoot(file);
  if (name === 'docs/README.md' || name === 'README.md') return `/${anchor}`;
  const page = pageOf(name);
  return page === undefined ? undefined : `/${page}${anchor}`;
}

type Token = ReturnType<MarkdownRenderer['parse']>[number];

function makePlain(siblings: Token[], open: Token): void {
  const close = siblings.slice(siblings.indexOf(open)).find(({ type }) => type === 'link_close');
  for (const token of [open, close!]) {
    token.type = 'in_repository';
    token.tag = 'span';
  }
  open.attrs = [
    ['class', 'in-repository'],
    ['title', 'in the repository'],
  ];
}

/** Sections of other files that a page takes over: `> From [the file](../file.md#heading).` */
const inclusion = /^> From \[[^\]]+\]\(([^\s)#]+)#([^\s)]+)\)\.$/gm;

/**
 * Puts sections of other files where a page asks for them, their links led to the same places.
 *
 * @param text - A page's Markdown.
 * @param source - Its file.
 * @throws {Error} If the file or the section isn't there.
 */
export function includeSections(text: string, source: string): string {
  return text.replaceAll(inclusion, (_, path: string, anchor: string) => {
    const file = resolve(dirname(source), path);
    const section = sectionOf(readFileSync(file, 'utf8').replaceAll('\r\n', '\n'), anchor);
    if (section === undefined) {
      throw new Error(`${fromRoot(source)}: ${path} has no heading '${anchor}'.`);
    }
    const moved = relative(dirname(source), dirname(file)).split(sep).join('/');
    return section.replaceAll(/(\]\()(?![a-z]+:|\/|#)/g, `$1${moved}/`);
  });
}

/** What stands under a heading, up to the next of its level or above. */
function sectionOf(text: string, anchor: string): string | undefined {
  const headings = [...text.matchAll(/^(#+) (.+)$/gm)];
  const at = headings.findIndex(([, , title]) => slug(title!) === anchor);
  if (at < 0) return undefined;
  const [line, level] = headings[at]!;
  const next = headings.slice(at + 1).find(([, other]) => other!.length <= level!.length);
  return text.slice(headings[at]!.index + line.length, next?.index).trim();
}

/** A heading's anchor. */
function slug(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
}
