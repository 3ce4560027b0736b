import { suggestion, type Preset } from '@mmrec/core';
import type { AnyModel } from '../models.js';
import { UsageError } from '../usage-error.js';

/** A preset whose options are known at run time only, with its name. */
export type NamedPreset = Preset<Record<string, unknown>> & { readonly name: string };

/** All presets of a model. */
export function presetsOf(model: AnyModel): readonly NamedPreset[] {
  return Object.entries(model.presets ?? {}).map(([name, preset]) => ({ ...preset, name }));
}

/** @throws {UsageError} If the model has no preset of that name. */
function findPreset(model: AnyModel, name: string): NamedPreset {
  const presets = presetsOf(model);
  const preset = presets.find((candidate) => candidate.name === name);
  if (preset) return preset;
  const names = presets.map((candidate) => candidate.name);
  const known = names.length > 0 ? `Presets: ${names.join(', ')}.` : 'It has none.';
  throw new UsageError(
    `train: unknown preset '${name}' for ${model.name}.${suggestion(name, names)} ${known}`,
  );
}

/** The preset that a command line or a configuration file names, if any. */
export function choosePreset(
  model: AnyModel,
  { preset, anyDataset }: { readonly preset?: string; readonly anyDataset?: boolean },
): NamedPreset | undefined {
  if (preset !== undefined) return findPreset(model, preset);
  if (anyDataset) throw new UsageError('train: --any-dataset must come with --preset, got none.');
  return undefined;
}

/** Everything that a preset sets, as `--set` would. */
export function presetSettings({ options, training }: NamedPreset): Record<string, unknown> {
  return { ...training, ...options };
}
