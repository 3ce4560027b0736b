import { commandLines, mmrecArguments } from './command-lines.mjs';

/** pnpm's own commands, as far as the documentation needs them. */
const builtIn = new Set(['add', 'changeset', 'dlx', 'exec', 'install', 'publish', 'vitest']);

/**
 * Checks the lines of a shell block that run `mmrec` or a script of this repository.
 *
 * @param {string} code
 * @param {object} known
 * @param {readonly string[]} known.scripts - The root's scripts.
 * @param {(args: readonly string[]) => Promise<string | undefined>} known.parse - Says what is wrong with the
 *   arguments of `mmrec`.
 * @returns {Promise<string[]>} One message for each command that would be refused.
 */
export async function checkCommands(code, { scripts, parse }) {
  const messages = await Promise.all(
    commandLines(code).map(async (line) => {
      const args = mmrecArguments(line);
      if (args) {
        const problem = await parse(args);
        return problem && `'${line.text}': ${problem}`;
      }
      const [, script] =
        /^(?:npx (?:-y )?)?pnpm(?:@[\d.]+)? (?:run )?([a-z][\w:-]*)/.exec(line.text) ?? [];
      const exists = script === undefined || scripts.includes(script) || builtIn.has(script);
      return exists ? undefined : `'${line.text}': package.json has no script '${script}'`;
    }),
  );
  return messages.filter((message) => message !== undefined);
}
