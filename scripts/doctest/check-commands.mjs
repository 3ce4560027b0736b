/** pnpm's own commands, as far as the documentation needs them. */
const builtIn = new Set(['add', 'changeset', 'dlx', 'exec', 'install', 'publish', 'vitest']);

/**
 * Checks the lines of a shell block that run a script of this repository.
 *
 * @param {string} code
 * @param {{ scripts: string[], commands: string }} known - The root's scripts, and the sources of
 *   the command line, where each command is declared as `command('name …`.
 * @returns {string[]} One message for each command that does not exist.
 */
export function checkCommands(code, { scripts, commands }) {
  return code.split('\n').flatMap((line) => {
    const match =
      /^\s*(?:\$ )?(?:npx (?:-y )?)?pnpm(?:@[\d.]+)? (?:run )?([a-z][\w:-]*)(?: ([a-z][\w-]*))?/.exec(
        line,
      );
    if (!match) return [];
    const [, script, command] = match;
    if (script === 'mmrec') {
      const declared =
        command === undefined || new RegExp(`ommand\\(\\s*['"\`]${command}\\b`).test(commands);
      return declared ? [] : [`'${line.trim()}': mmrec has no command '${command}'`];
    }
    return scripts.includes(script) || builtIn.has(script)
      ? []
      : [`'${line.trim()}': package.json has no script '${script}'`];
  });
}
