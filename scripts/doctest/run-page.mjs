import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { main } from '../../packages/cli/src/main.ts';
import { commandLines, mmrecArguments } from './command-lines.mjs';

const run = promisify(execFile);

/** The file that a block of the kind ` ```js file=name ` belongs in, or undefined. */
export function fileOf({ flags }) {
  return flags.find((flag) => flag.startsWith('file='))?.slice('file='.length);
}

/**
 * Does what a page tells its reader to do, in order: writes the files, runs the commands. Commands that install
 * something are left out, and so is what `pnpm` runs in the repository.
 *
 * @param {readonly import('./find-blocks.mjs').Block[]} blocks - Of the page.
 * @param {string} folder - Where; the current folder of this process.
 * @returns {Promise<{ command: string, output: string }[]>} What each command printed on stdout.
 * @throws {Error} If a command fails, or is none that this runs.
 */
export async function runPage(blocks, folder) {
  const done = [];
  for (const block of blocks) {
    const file = fileOf(block);
    if (file !== undefined) await writeFile(join(folder, file), block.code);
    if (block.language !== 'sh' || block.flags.includes('no-run')) continue;
    for (const line of commandLines(block.code)) {
      if (isSetUp(line)) continue;
      const output = await runLine(line, folder);
      done.push({ command: line.text, output });
    }
  }
  return done;
}

/** Installing, and the repository's own scripts. */
function isSetUp({ words, text }) {
  return /^npm (install|i) /.test(text) || (words[0] === 'npx' && /^pnpm@/.test(words[2] ?? ''));
}

async function runLine(line, folder) {
  const args = mmrecArguments(line);
  if (args) return runMmrec(line, args);
  if (line.words[0] === 'node') {
    const { stdout } = await run(process.execPath, line.words.slice(1), { cwd: folder });
    return stdout;
  }
  throw new Error(`'${line.text}': not a command that a page's test runs.`);
}

async function runMmrec({ text }, args) {
  const printed = { stdout: '', stderr: '' };
  const code = await main(args, {
    stdout: { write: (part) => (printed.stdout += part) },
    stderr: { write: (part) => (printed.stderr += part) },
  });
  if (code !== 0) throw new Error(`'${text}' ended with ${code}:\n${printed.stderr}`);
  return printed.stdout;
}
