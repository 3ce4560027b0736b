import type { AnyModel } from '../models.js';
import { presetsOf, presetSettings, type NamedPreset } from './find-preset.js';

/** What a preset's `basis` means. */
const bases: Readonly<Record<NamedPreset['basis'], string>> = {
  reported: "the authors' best",
  defaults: "the authors' defaults",
  grid: 'the authors give a grid: values are ours',
  measured: 'not from a paper: settings of a run of the authors’ code',
};

/** One line a preset of a model: name, data set, protocol, where the values are from, and the values. */
export function describePresets(model: AnyModel): string {
  const presets = presetsOf(model);
  if (presets.length === 0) return '  none';
  const width = Math.max(...presets.map(({ name }) => name.length));
  return presets
    .map((preset) => {
      const { dataset, name, protocol } = preset;
      const values = Object.entries(presetSettings(preset)).map(
        ([key, value]) => `${key}=${String(value)}`,
      );
      return [
        `  ${name.padEnd(width)}  ${dataset.title}, protocol ${protocol} (${bases[preset.basis]})`,
        `  ${' '.repeat(width)}  ${values.join(' ')}`,
      ].join('\n');
    })
    .join('\n');
}
