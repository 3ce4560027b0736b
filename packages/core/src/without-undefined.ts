/** The fields of `T` with `undefined` taken out of what they may be. */
type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/**
 * An object without the fields that are undefined, so that those of defaults stand where it is spread over them.
 *
 * @example
 * ```ts
 * ({ k: 10, ...withoutUndefined({ k: undefined, fields: 2 }) }) // => { k: 10, fields: 2 }
 * ```
 */
export function withoutUndefined<T extends object>(options: T): Defined<T> {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Defined<T>;
}
