import { suggestion } from './checks.js';

interface NumberRule {
  readonly kind: 'number' | 'integer';
  readonly default: number;
  /** Smallest value allowed. */
  readonly min?: number;
  /** Largest value allowed. */
  readonly max?: number;
  /** Values must be smaller than this. */
  readonly below?: number;
  /** Values must be larger than this. */
  readonly above?: number;
  readonly description: string;
}

interface BooleanRule {
  readonly kind: 'boolean';
  readonly default: boolean;
  readonly description: string;
}

interface ChoiceRule<T extends string = string> {
  readonly kind: 'choice';
  readonly default: T;
  readonly choices: readonly T[];
  readonly description: string;
}

/** What an option may be, what it is by default, and what it means. */
export type OptionRule = NumberRule | BooleanRule | ChoiceRule;

type RuleFor<T> = [T] extends [number]
  ? NumberRule
  : [T] extends [boolean]
    ? BooleanRule
    : [T] extends [string]
      ? ChoiceRule<T>
      : never;

/** A rule for every option. */
export type OptionRules<Options> = { readonly [Name in keyof Options]-?: RuleFor<Options[Name]> };

/** Rules, defaults and validation of one function's options. */
export interface OptionsDefinition<Options extends object> {
  readonly rules: OptionRules<Options>;
  readonly defaults: Readonly<Options>;
  /**
   * Defaults overridden by what was given. An option given as `undefined` takes its default.
   *
   * @param where - Name of the public function, for messages.
   * @throws {TypeError} For an unknown option (naming the nearest known one) or a value of the wrong kind.
   * @throws {RangeError} For a value out of range.
   */
  resolve(where: string, given?: Partial<Options>): Readonly<Options>;
}

/**
 * Defines a set of options once: meaning, default and range.
 *
 * @example
 * ```ts
 * interface BlurOptions { radius: number }
 * const blurOptions = defineOptions<BlurOptions>({
 *   radius: { kind: 'number', default: 1, min: 0, description: 'Radius in pixels.' },
 * });
 * blurOptions.resolve('blur', { radius: 2 }).radius // => 2
 * ```
 */
export function defineOptions<Options extends object>(
  rules: OptionRules<Options>,
): OptionsDefinition<Options> {
  const entries = Object.entries(rules) as [string, OptionRule][];
  const defaults = Object.fromEntries(
    entries.map(([name, rule]) => [name, rule.default]),
  ) as Options;
  return {
    rules,
    defaults: Object.freeze(defaults),
    resolve: (where, given = {}) => {
      const resolved = { ...defaults } as Record<string, unknown>;
      for (const [name, value] of Object.entries(given)) {
        if (value === undefined) continue;
        const rule = Object.hasOwn(rules, name)
          ? (rules as Record<string, OptionRule>)[name]
          : undefined;
        if (!rule) {
          const known = entries.map(([key]) => key);
          const hint = suggestion(name, known) || ` Known options: ${known.join(', ')}.`;
          throw new TypeError(`${where}: unknown option '${name}'.${hint}`);
        }
        checkOption(`${where}: ${name}`, rule, value);
        resolved[name] = value;
      }
      return Object.freeze(resolved) as Readonly<Options>;
    },
  };
}

/** What a rule allows, in words. */
export function describeRule(rule: OptionRule): string {
  if (rule.kind === 'boolean') return 'true or false';
  if (rule.kind === 'choice') return `one of ${rule.choices.map((c) => `'${c}'`).join(', ')}`;
  const bounds = [
    rule.min === undefined ? '' : `≥ ${rule.min}`,
    rule.above === undefined ? '' : `> ${rule.above}`,
    rule.max === undefined ? '' : `≤ ${rule.max}`,
    rule.below === undefined ? '' : `< ${rule.below}`,
  ].filter(Boolean);
  const noun = rule.kind === 'integer' ? 'an integer' : 'a number';
  return bounds.length ? `${noun} ${bounds.join(' and ')}` : noun;
}

function checkOption(what: string, rule: OptionRule, value: unknown): void {
  const message = `${what} must be ${describeRule(rule)}, got ${show(value)}.`;
  if (rule.kind === 'boolean') {
    if (typeof value !== 'boolean') throw new TypeError(message);
  } else if (rule.kind === 'choice') {
    if (typeof value !== 'string') throw new TypeError(message);
    if (!rule.choices.includes(value)) {
      throw new RangeError(message + suggestion(value, rule.choices));
    }
  } else {
    if (typeof value !== 'number') throw new TypeError(message);
    const fits =
      Number.isFinite(value) &&
      (rule.kind !== 'integer' || Number.isInteger(value)) &&
      !(rule.min !== undefined && value < rule.min) &&
      !(rule.above !== undefined && value <= rule.above) &&
      !(rule.max !== undefined && value > rule.max) &&
      !(rule.below !== undefined && value >= rule.below);
    if (!fits) throw new RangeError(message);
  }
}

function show(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : String(value);
}
