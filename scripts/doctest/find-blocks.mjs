import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/**
 * A block of code in the documentation.
 *
 * @typedef {object} Block
 * @property {string} file - Path from the root, with `/`.
 * @property {number} line - Line of the block's first line of code.
 * @property {string} language - First word of the fence's info string.
 * @property {readonly string[]} flags - Its other words.
 * @property {string} code
 * @property {boolean} isExample - Whether it stands in an `@example` rather than in a page.
 */

/** Fences: indentation, info string, code. */
const fence = /^([ \t]*)```([^\n`]*)\n([\s\S]*?)^\1```[ \t]*$/gm;

/**
 * The code blocks of all READMEs, of the `docs` beside them, and of the `@example`s in the packages' sources.
 *
 * @param {string} root
 * @returns {Block[]}
 */
export function findBlocks(root) {
  return [...pages(root), ...sources(root)].flatMap((path) => {
    const file = relative(root, path).split(sep).join('/');
    const text = readFileSync(path, 'utf8').replaceAll('\r\n', '\n');
    return file.endsWith('.md') ? blocksOfPage(file, text) : blocksOfSource(file, text);
  });
}

/** @returns {Block[]} */
export function blocksOfPage(file, text) {
  return [...text.matchAll(fence)].map((match) => {
    const line = lineAt(text, match.index) + 1;
    return { file, line, ...contents(match), isExample: false };
  });
}

/** @returns {Block[]} */
export function blocksOfSource(file, text) {
  return [...text.matchAll(/\/\*\*[\s\S]*?\*\//g)].flatMap((comment) => {
    const start = comment[0].indexOf('@example');
    if (start < 0) return [];
    // Blanking what precedes keeps the lines' numbers.
    const body = comment[0]
      .slice(start)
      .replace(/\*\/$/, '')
      .replace(/^[ \t]*\* ?/gm, '');
    const first = lineAt(text, comment.index + start);
    return [...body.matchAll(fence)].map((match) => {
      const line = first + lineAt(body, match.index);
      return { file, line, ...contents(match), isExample: true };
    });
  });
}

function contents([, indent, info, code]) {
  const [language = '', ...flags] = info.trim().split(/\s+/);
  const lines = code
    .split('\n')
    .map((row) => (row.startsWith(indent) ? row.slice(indent.length) : row));
  return { language, flags, code: lines.join('\n') };
}

/** Number of the line that holds a position, from 1. */
function lineAt(text, position) {
  return text.slice(0, position).split('\n').length;
}

/** Paths of all READMEs and pages. */
export function pages(root) {
  const projects = ['packages', 'examples'].flatMap((group) => entries(join(root, group)));
  const docs = [root, ...projects].flatMap((folder) => markdownIn(join(folder, 'docs')));
  const readmes = [root, ...projects, join(root, 'benchmarks')].map((folder) =>
    join(folder, 'README.md'),
  );
  return [...readmes.filter((file) => existsSync(file)), ...docs];
}

/** Pages in a folder and the ones below it, but for what is made when the site is built. */
function markdownIn(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !/^(\..*|node_modules|api)$/.test(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return markdownIn(path);
      return entry.name.endsWith('.md') ? [path] : [];
    });
}

function sources(root) {
  return entries(join(root, 'packages')).flatMap((folder) => {
    const source = join(folder, 'src');
    if (!existsSync(source)) return [];
    return readdirSync(source, { recursive: true })
      .map(String)
      .filter((name) => name.endsWith('.ts') && !/\.(test|generated)\.ts$/.test(name))
      .sort()
      .map((name) => join(source, name));
  });
}

function entries(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .map((name) => join(folder, name));
}
