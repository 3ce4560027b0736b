import type { MapField } from '../../src/studio/studio-api.js';
import { property } from '../../plot-page/style-property.js';

/** An entry of a map's legend. */
export interface LegendEntry {
  readonly text: string;
  readonly colour: string;
  readonly count: number;
}

/** Colours of items by a field. */
export interface ItemColours {
  /** The colours there are; `codes` point at them. */
  readonly palette: readonly string[];
  readonly codes: Uint8Array;
  /** Of categories; numbers have the ends of their range instead. */
  readonly legend: readonly LegendEntry[];
  readonly range?: { readonly least: number; readonly most: number };
}

/** Steps of a ramp. */
const steps = 24;

/** Colours items by a field, in the colours of the present theme. */
export function colourItems(field: MapField): ItemColours {
  return field.kind === 'category' ? byCategory(field) : byNumber(field);
}

function byCategory({ values, codes }: Extract<MapField, { kind: 'category' }>): ItemColours {
  const last = values.length;
  const none = property('--kind-other');
  const palette = values.map((value, at) =>
    value === 'other' && at === last - 1 ? none : property(`--kind-${(at % 12) + 1}`),
  );
  const counts = new Array<number>(last + 1).fill(0);
  const own = Uint8Array.from(codes, (code) => (code < 0 ? last : code));
  for (const code of own) counts[code]! += 1;
  const entries = values.map((text, at) => ({ text, colour: palette[at]!, count: counts[at]! }));
  if (counts[last]! > 0) entries.push({ text: 'none', colour: none, count: counts[last]! });
  return { palette: [...palette, none], codes: own, legend: entries };
}

/** By rank, so that a few large numbers don't make all others alike. */
function byNumber({ numbers }: Extract<MapField, { kind: 'number' }>): ItemColours {
  const known = numbers.filter((value) => value !== null).sort((a, b) => a - b);
  const rankOf = new Map<number, number>();
  known.forEach((value, at) => {
    if (!rankOf.has(value)) rankOf.set(value, at);
  });
  const codeOf = (value: number) => Math.floor((rankOf.get(value)! / known.length) * steps);
  const codes = Uint8Array.from(numbers, (value) => (value === null ? steps : codeOf(value)));
  const ramp = Array.from({ length: steps }, (_, at) => rampColour(at / (steps - 1)));
  const range = { least: known[0] ?? 0, most: known.at(-1) ?? 0 };
  return { palette: [...ramp, property('--kind-other')], codes, legend: [], range };
}

function rampColour(share: number): string {
  const stops = ['--ramp-low', '--ramp-middle', '--ramp-high'].map(property);
  const at = share * 2;
  const from = Math.min(1, Math.floor(at));
  return mix(stops[from]!, stops[from + 1]!, at - from);
}

/** A colour between two of the form `#rrggbb`. */
function mix(a: string, b: string, share: number): string {
  const channel = (colour: string, at: number) =>
    Number.parseInt(colour.slice(1 + 2 * at, 3 + 2 * at), 16);
  const mixed = [0, 1, 2].map((at) =>
    Math.round(channel(a, at) + share * (channel(b, at) - channel(a, at))),
  );
  return `rgb(${mixed.join(' ')})`;
}
