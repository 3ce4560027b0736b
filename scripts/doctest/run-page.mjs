import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { main } from '../../packages/cli/src/main.ts';
import { askAsCurl, shapeDifference, startServing } from './ask-server.mjs';
import { commandLines, mmrecArguments } from './command-lines.mjs';

const run = promisify(execFile);

/** The file that a block of the kind ` ```js file=name ` belongs in, or undefined. */
export function fileOf({ flags }) {
  return flags.find((flag) => flag.startsWith('file='))?.slice('file='.length);
}

/** Whether a block is run in its place on the page, with the files that are there by then: ` ```ts in-order `. */
export const isInOrder = ({ flags }) => flags.includes('in-order');

/**
 * Does what a page tells its reader to do, in order: writes the files, runs the commands and the programs, and looks
 * whether they print what the page says. Commands that install something are left out, and so is what `pnpm` runs in
 * the repository. A server that is started ends with the page.
 *
 * A `text` block behind commands is an excerpt of what they print: each of its lines, in this order, whatever the
 * spaces; digits may be others, since another machine's times and last decimals are. A `json` block is the last
 * answer of a server, whatever its numbers. A block ` ```csv head=name ` is how a file begins.
 *
 * @param {readonly import('./find-blocks.mjs').Block[]} blocks - Of the page.
 * @param {object} inputs
 * @param {string} inputs.folder - Where; the current folder of this process.
 * @param {(block: import('./find-blocks.mjs').Block) => Promise<void>} inputs.runProgram
 * @returns {Promise<string[]>} The commands that ran.
 * @throws {Error} If a command fails or is none that this runs, or prints something else.
 */
export async function runPage(blocks, { folder, runProgram }) {
  const done = [];
  const page = { folder, server: undefined };
  let printed = '';
  try {
    for (const block of blocks) {
      const file = fileOf(block);
      if (file !== undefined) await writeFile(join(folder, file), block.code);
      if (isInOrder(block)) await runProgram(block);
      if (block.language === 'text') checkPrinted(block, printed);
      if (block.language === 'json') checkAnswer(block, printed);
      if (block.language === 'csv') await checkHead(block, folder);
      if (block.language !== 'sh') continue;
      printed = '';
      for (const line of commandLines(block.code)) {
        if (isSetUp(line)) continue;
        printed += await runLine(line, page);
        done.push(line.text);
      }
    }
  } finally {
    await page.server?.close();
  }
  return done;
}

function checkAnswer({ file, line, code }, printed) {
  const difference = shapeDifference(JSON.parse(printed), JSON.parse(code));
  if (difference) throw new Error(`${file}:${line}: ${difference}`);
}

/** @throws {Error} If a line of the block was not printed behind the one before it. */
export function checkPrinted({ file, line, code }, printed) {
  const lines = printed.split('\n').map(withoutDigits);
  let at = 0;
  for (const [offset, text] of code.split('\n').entries()) {
    if (text.trim() === '') continue;
    const found = lines.indexOf(withoutDigits(text), at);
    if (found < 0) throw new Error(`${file}:${line + offset}: '${text}' is not in\n${printed}`);
    at = found + 1;
  }
}

function withoutDigits(text) {
  return text
    .trim()
    .replaceAll(/[+−-]?[\d.,]*\d(e-\d+)?/g, '0')
    .replaceAll(/\s+/g, ' ');
}

async function checkHead({ file, line, flags, code }, folder) {
  const name = flags.find((flag) => flag.startsWith('head='))?.slice('head='.length);
  if (name === undefined) return;
  const text = await readFile(join(folder, name), 'utf8');
  if (!text.startsWith(code)) throw new Error(`${file}:${line}: ${name} begins differently.`);
}

/** Installing, and the repository's own scripts. */
function isSetUp({ words, text }) {
  return /^npm (install|i) /.test(text) || (words[0] === 'npx' && /^pnpm@/.test(words[2] ?? ''));
}

async function runLine(line, page) {
  const { folder } = page;
  const args = mmrecArguments(line);
  if (args?.[0] === 'serve') {
    await page.server?.close();
    page.server = await startServing(args);
    return '';
  }
  if (args) return runMmrec(line, args);
  if (line.words[0] === 'curl') return askAsCurl(line.words, page.server.address);
  if (line.words[0] === 'node') {
    const { stdout } = await run(process.execPath, line.words.slice(1), { cwd: folder });
    return stdout;
  }
  throw new Error(`'${line.text}': not a command that a page's test runs.`);
}

async function runMmrec({ text }, args) {
  const printed = { stdout: '', stderr: '' };
  // The back end that everybody has, whose runs repeat bit for bit.
  const trains = ['train', 'evaluate', 'recommend', 'compare'].includes(args[0]);
  const code = await main(trains ? [...args, '--backend', 'wasm'] : args, {
    stdout: { write: (part) => (printed.stdout += part) },
    stderr: { write: (part) => (printed.stderr += part) },
  });
  if (code !== 0) throw new Error(`'${text}' ended with ${code}:\n${printed.stderr}`);
  return printed.stdout;
}
