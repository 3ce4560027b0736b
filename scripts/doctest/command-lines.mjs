/**
 * A command of a shell block.
 *
 * @typedef {object} CommandLine
 * @property {string} text - As it is written, continued lines joined.
 * @property {readonly string[]} words - Its words, quotes and what only starts the command taken off.
 */

/** What may stand before a command without changing what it is. */
const starters = [
  /^npx$/,
  /^-y$/,
  /^pnpm(@[\d.]+)?$/,
  /^exec$/,
  /^[A-Z_]+=\S*$/,
  /^\/usr\/bin\/time$/,
  /^-v$/,
];

/**
 * The commands of a shell block, in order. Comments, `$` prompts and a `&` at the end are left out.
 *
 * @param {string} code
 * @returns {CommandLine[]}
 */
export function commandLines(code) {
  return code
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .map((line) => line.replace(/(^|\s)#.*$/, '').replace(/^\s*\$ /, ''))
    .filter((line) => line.trim() !== '')
    .map((line) => ({ text: line.trim(), words: wordsOf(line) }));
}

function wordsOf(line) {
  const words = [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, plain]) => double ?? single ?? plain,
  );
  return words.at(-1) === '&' ? words.slice(0, -1) : words;
}

/**
 * The arguments that a line gives to `mmrec`, or undefined where it runs something else.
 *
 * @param {CommandLine} line
 * @returns {readonly string[] | undefined}
 */
export function mmrecArguments({ words }) {
  const at = words.findIndex((word) => !starters.some((starter) => starter.test(word)));
  if (words[at] === 'mmrec') return words.slice(at + 1);
  const isBin = words[at] === 'node' && words[at + 1] === 'packages/cli/bin/mmrec.js';
  return isBin ? words.slice(at + 2) : undefined;
}
