import type { ItemDetails } from '@mmrec/serve';
import type { MapField } from './studio-api.js';

/** Fields that tell one item from the next, not kinds of items. */
const ownFields = new Set(['title', 'description', 'text', 'image', 'imageUrl']);
/** Values with a colour of their own; all others share one. */
const mostValues = 11;
const otherValues = 'other';

/**
 * Fields of some items that a map can be coloured by: how popular they are, numbers, and texts that many items share.
 * Of a list of texts, such as the way through a tree of categories, each level is a field.
 */
export function mapFields(
  details: readonly ItemDetails[],
  popularity: ArrayLike<number>,
): readonly MapField[] {
  const names = [...new Set(details.flatMap((each) => Object.keys(each)))].filter(
    (name) => !ownFields.has(name),
  );
  return [
    { name: 'popularity', kind: 'number', numbers: Array.from(popularity) },
    ...names.flatMap((name) => fieldsOf(name, details)),
  ];
}

/** The field that tells kinds of items apart best: the first with texts that many share. */
export function kindField(details: readonly ItemDetails[]): string | undefined {
  const names = [...new Set(details.slice(0, 1000).flatMap((each) => Object.keys(each)))];
  const isKind = (name: string) =>
    !ownFields.has(name) &&
    categories(name, textsOf(details.map((each) => each[name]))) !== undefined;
  return names.includes('category') && isKind('category') ? 'category' : names.find(isKind);
}

function fieldsOf(name: string, details: readonly ItemDetails[]): MapField[] {
  const values = details.map((each) => each[name]);
  if (values.some((value) => Array.isArray(value))) return levels(name, values);
  const known = values.filter((value) => value !== undefined && value !== null);
  if (known.every((value) => typeof value === 'number' && Number.isFinite(value))) {
    if (new Set(known).size < 2) return [];
    const numbers = values.map((value) => (typeof value === 'number' ? value : null));
    return [{ name, kind: 'number', numbers }];
  }
  const field = categories(name, textsOf(values));
  return field ? [field] : [];
}

/** A field for each of the first levels of a path. */
function levels(name: string, values: readonly unknown[]): MapField[] {
  const paths = values.map((value) => (Array.isArray(value) ? (value as unknown[]).flat(2) : []));
  return [0, 1, 2, 3].flatMap((level) => {
    const field = categories(`${name} ${level + 1}`, textsOf(paths.map((path) => path[level])));
    return field ? [field] : [];
  });
}

const textsOf = (values: readonly unknown[]) =>
  values.map((value) =>
    typeof value === 'string' || typeof value === 'boolean' ? String(value).trim() : '',
  );

/** Undefined where the texts tell no kinds apart: one value for all, or hardly two items of one. */
function categories(name: string, texts: readonly string[]): MapField | undefined {
  const counts = new Map<string, number>();
  for (const text of texts) if (text !== '') counts.set(text, (counts.get(text) ?? 0) + 1);
  const known = [...counts.values()].reduce((sum, count) => sum + count, 0);
  if (counts.size < 2 || counts.size > known / 2) return undefined;
  const ranked = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  const hasOthers = ranked.length > mostValues + 1;
  const values = ranked.slice(0, hasOthers ? mostValues : undefined).map(([value]) => value);
  const codes = new Map(values.map((value, code) => [value, code] as const));
  const codeOf = (text: string) => codes.get(text) ?? (hasOthers ? values.length : -1);
  return {
    name,
    kind: 'category',
    codes: texts.map((text) => (text === '' ? -1 : codeOf(text))),
    values: hasOthers ? [...values, otherValues] : values,
  };
}
