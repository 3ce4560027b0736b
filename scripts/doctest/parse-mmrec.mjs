import { createProgram } from '../../packages/cli/src/main.ts';
import { findModel } from '../../packages/cli/src/models.ts';
import { choosePreset } from '../../packages/cli/src/presets/find-preset.ts';
import { parseSettings, resolveSettings } from '../../packages/cli/src/settings.ts';

/**
 * Reads arguments as the `mmrec` command does, without doing anything.
 *
 * @param {readonly string[]} args
 * @returns {Promise<string | undefined>} What the command would say against them: an unknown command, flag, model,
 *   option or preset, or a value that is not allowed.
 */
export async function parseMmrec(args) {
  const program = createProgram({ stdout: { write: () => true }, stderr: { write: () => true } });
  for (const command of allCommands(program)) {
    if (command.commands.length > 0) continue;
    command.action((...given) => {
      if (command.name() === 'train') checkTraining(given[0], given[1]);
    });
  }
  try {
    await program.parseAsync([...args], { from: 'user' });
    return undefined;
  } catch (error) {
    // `--help` and `--version` end parsing as well.
    return error.exitCode === 0 ? undefined : error.message;
  }
}

function checkTraining(name, flags) {
  const { set = [], data, config } = flags;
  const model = findModel(name);
  resolveSettings(model, parseSettings(model, set));
  choosePreset(model, flags);
  if (data === undefined && config === undefined) throw new Error('train: --data is missing.');
}

function allCommands(command) {
  return [command, ...command.commands.flatMap(allCommands)];
}
