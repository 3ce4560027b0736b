import { suggestion } from '@mmrec/core';
import type { ItemDetails } from '../model/serving-model.js';
import { ServeError } from './serve-error.js';

/** An item as filters see it. */
export interface FilteredItem extends ItemDetails {
  readonly id: string;
}

/** What a field must be: a value, one of several, or a number in a range. */
export type FieldCondition =
  | string
  | number
  | boolean
  | readonly (string | number | boolean)[]
  | { readonly min?: number; readonly max?: number };

/**
 * Which items may be recommended: a function of an item, or conditions on its fields, all of which must hold. A
 * field that is a list, such as an item's categories, fits when any of its entries does.
 */
export type ItemFilter =
  ((item: FilteredItem) => boolean) | Readonly<Record<string, FieldCondition>>;

/**
 * @param fields - Names of the fields that items have, for messages.
 * @throws {ServeError} For a field that no item has.
 * @example
 * ```ts
 * const cheap = compileFilter({ price: { max: 20 }, category: ['lamp', 'chair'] }, new Set(['price', 'category']));
 * [cheap({ id: 'a', price: 15, category: 'lamp' }), cheap({ id: 'b', price: 15, category: 'rug' })] // => [true, false]
 * ```
 */
export function compileFilter(
  filter: ItemFilter,
  fields: ReadonlySet<string>,
): (item: FilteredItem) => boolean {
  if (typeof filter === 'function') return filter;
  const tests = Object.entries(filter).map(([field, condition]) => {
    if (field !== 'id' && !fields.has(field)) {
      const names = ['id', ...fields];
      throw new ServeError(
        'invalid-request',
        `filter: no item has the field '${field}'.${suggestion(field, names)} Fields: ${names.join(', ')}.`,
      );
    }
    return { field, test: compileCondition(condition) };
  });
  return (item) =>
    tests.every(({ field, test }) => {
      const value = item[field];
      return Array.isArray(value) ? value.some(test) : test(value);
    });
}

function compileCondition(condition: FieldCondition): (value: unknown) => boolean {
  if (typeof condition !== 'object') return (value) => value === condition;
  if (Array.isArray(condition)) {
    const allowed = new Set<unknown>(condition);
    return (value) => allowed.has(value);
  }
  const { min = -Infinity, max = Infinity } = condition as { min?: number; max?: number };
  return (value) => typeof value === 'number' && value >= min && value <= max;
}
