import { createProgram } from '../../packages/cli/src/main.ts';
import { startServer } from '../../packages/cli/src/commands/serve.ts';

/** Where pages say that the server listens, unless told otherwise. */
const written = /^(?:http:\/\/)?(?:127\.0\.0\.1|localhost):8000/;

const silent = { stdout: { write: () => true }, stderr: { write: () => true } };

/**
 * Starts what `mmrec serve …` starts, at a port that is free, in this process.
 *
 * @param {readonly string[]} args - Of `mmrec`, `serve` first.
 * @returns {Promise<import('../../packages/cli/src/commands/serve.ts').RunningServer>}
 */
export async function startServing(args) {
  let server;
  const program = createProgram(silent);
  program.commands
    .find((command) => command.name() === 'serve')
    .action(async (run, flags) => {
      server = await startServer(run, { ...flags, port: '0' }, silent);
    });
  await program.parseAsync([...args], { from: 'user' });
  return server;
}

/**
 * Asks a server as a `curl` command line does: `-s`, `-X`, `-H`, `-d` and `--json` are understood.
 *
 * @param {readonly string[]} words - The command's words.
 * @param {string} address - Of the server, in place of the one that is written.
 * @returns {Promise<string>} The answer's body.
 * @throws {Error} For a flag that this doesn't know, or a status of 400 or more.
 */
export async function askAsCurl(words, address) {
  const asked = { headers: {} };
  let url;
  for (let at = 1; at < words.length; at++) {
    const word = words[at];
    if (word === '-s') continue;
    if (word === '-X') asked.method = words[++at];
    else if (word === '-H') addHeader(asked, words[++at]);
    else if (word === '-d' || word === '--json') {
      asked.method ??= 'POST';
      asked.body = words[++at];
      if (word === '--json') addHeader(asked, 'content-type: application/json');
    } else if (written.test(word)) url = word.replace(written, address);
    else throw new Error(`'${words.join(' ')}': '${word}' is not understood.`);
  }
  const reply = await fetch(url, asked);
  const body = await reply.text();
  if (!reply.ok) throw new Error(`'${words.join(' ')}' was answered with ${reply.status}: ${body}`);
  return body;
}

function addHeader({ headers }, text) {
  const [name, ...value] = text.split(':');
  headers[name.trim()] = value.join(':').trim();
}

/**
 * Whether an answer has the shape that a page shows: the same keys, texts and lengths; numbers may differ.
 *
 * @param {unknown} actual
 * @param {unknown} shown
 * @returns {string | undefined} Where it differs first.
 */
export function shapeDifference(actual, shown, path = 'answer') {
  if (typeof shown === 'number') {
    return typeof actual === 'number' ? undefined : `${path} must be a number, got ${show(actual)}`;
  }
  if (typeof shown !== 'object' || shown === null) {
    return actual === shown ? undefined : `${path} must be ${show(shown)}, got ${show(actual)}`;
  }
  const keys = (value) => Object.keys(value ?? {}).join(', ');
  if (Array.isArray(shown) !== Array.isArray(actual) || keys(shown) !== keys(actual)) {
    return `${path} must have ${keys(shown)}, got ${show(actual)}`;
  }
  return Object.keys(shown)
    .map((key) => shapeDifference(actual[key], shown[key], `${path}.${key}`))
    .find((difference) => difference !== undefined);
}

const show = (value) => JSON.stringify(value);
