import { readFile } from 'node:fs/promises';
import { describeRule, suggestion, type OptionRule } from '@mmrec/core';
import { fitOptions, type FitOptions } from '@mmrec/train';
import { parse } from 'yaml';
import type { AnyModel } from './models.js';
import { UsageError } from './usage-error.js';

/** Options of a run, divided by who takes them. */
export interface Settings {
  readonly modelOptions: Readonly<Record<string, unknown>>;
  readonly trainingOptions: Readonly<FitOptions>;
}

type Given = Readonly<Record<string, unknown>>;

/** Rules of everything that `--set` may set for a model, the training options first. */
function settingRules(model: AnyModel): Readonly<Record<string, OptionRule>> {
  const training = Object.entries(fitOptions.rules as Record<string, OptionRule>).map(
    ([name, rule]) => {
      const own = (model.training as Record<string, number | undefined>)[name];
      return [name, own === undefined ? rule : ({ ...rule, default: own } as OptionRule)] as const;
    },
  );
  return {
    ...Object.fromEntries(training),
    ...(model.options.rules as Record<string, OptionRule>),
  };
}

/**
 * Resolves options for a model: its defaults, then a configuration file's, then `--set`'s.
 *
 * @throws {UsageError} For an unknown option or a value that is not allowed.
 */
export function resolveSettings(model: AnyModel, given: Given): Settings {
  const rules = settingRules(model);
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(rules, name)) continue;
    const names = Object.keys(rules);
    const hint = suggestion(name, names) || ` Known options: ${names.join(', ')}.`;
    throw new UsageError(`train: unknown option '${name}' for ${model.name}.${hint}`);
  }
  const only = (names: object) =>
    Object.fromEntries(Object.entries(given).filter(([name]) => Object.hasOwn(names, name)));
  try {
    return {
      modelOptions: model.options.resolve(model.name, only(model.options.rules)),
      trainingOptions: fitOptions.resolve('train', {
        ...model.training,
        ...only(fitOptions.rules),
      }),
    };
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

/**
 * Parses `key=value` settings as their options' kinds want them.
 *
 * @throws {UsageError} For a setting without `=`, or a number that is none.
 */
export function parseSettings(model: AnyModel, settings: readonly string[]): Given {
  return parseAssignments('train', settingRules(model), settings);
}

/** The same for the options of any command. */
export function parseAssignments(
  where: string,
  rules: Readonly<Record<string, OptionRule>>,
  settings: readonly string[],
): Given {
  return Object.fromEntries(
    settings.map((setting) => {
      const [name, ...rest] = setting.split('=');
      if (!name || rest.length === 0) {
        throw new UsageError(`${where}: --set must look like key=value, got '${setting}'.`);
      }
      const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
      return [name, parseValue(`${where}: ${name}`, rest.join('='), rule)];
    }),
  );
}

function parseValue(what: string, text: string, rule: OptionRule | undefined): unknown {
  if (!rule || rule.kind === 'choice') return text;
  if (rule.kind === 'boolean') {
    if (text === 'true' || text === 'false') return text === 'true';
  } else if (text.trim() !== '' && !Number.isNaN(Number(text))) {
    return Number(text);
  }
  throw new UsageError(`${what} must be ${describeRule(rule)}, got '${text}'.`);
}

/**
 * Reads a YAML or JSON file of options.
 *
 * @param what - What messages call it.
 * @throws {UsageError} If it can't be read or is not a mapping.
 */
export async function readConfigFile(
  path: string,
  what = `train: --config ${path}`,
): Promise<Record<string, unknown>> {
  let contents: unknown;
  try {
    contents = parse(await readFile(path, 'utf8'), { prettyErrors: true });
  } catch (error) {
    const [message] = (error as Error).message.split('\n');
    throw new UsageError(`${what} can't be read: ${message}`, { cause: error });
  }
  if (typeof contents !== 'object' || contents === null || Array.isArray(contents)) {
    throw new UsageError(`${what} must hold a mapping of options to values.`);
  }
  return contents as Record<string, unknown>;
}

/** One line an option: name, default, what is allowed, meaning. */
export function describeSettings(model: AnyModel): string {
  return describeRules(settingRules(model));
}

/** The same for any rules. */
export function describeRules(rules: Readonly<Record<string, OptionRule>>): string {
  const rows = Object.entries(rules).map(
    ([name, rule]) =>
      [name, String(rule.default), `${rule.description} (${describeRule(rule)})`] as const,
  );
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map(
      ([name, value, text]) => `  ${name.padEnd(widths[0]!)}  ${value.padEnd(widths[1]!)}  ${text}`,
    )
    .join('\n');
}
