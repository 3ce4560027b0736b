/** What the metadata say of an item, tidied; what they lack is absent. */
export interface ItemDescription {
  readonly title?: string;
  readonly brand?: string;
  readonly categories?: readonly string[];
  readonly description?: string;
  readonly imageUrl?: string;
}

/** Values as the metadata have them. */
export type RawDescription = Partial<Record<keyof ItemDescription, unknown>>;

/**
 * Tidies what metadata say of an item: white space is collapsed, lists of texts are joined, nested
 * categories are flattened with each named once, and an image is the first address found.
 *
 * @example
 * ```ts
 * describeItem({ title: ' Red  shoe', brand: null, categories: [['Shoes', 'Red'], ['Shoes']] })
 * // => { title: 'Red shoe', categories: ['Shoes', 'Red'] }
 * ```
 */
export function describeItem(raw: RawDescription): ItemDescription {
  const title = joinTexts(raw.title);
  const brand = joinTexts(raw.brand);
  const categories = [...new Set(textsIn(raw.categories))];
  const description = joinTexts(raw.description);
  const imageUrl = imageAddress(raw.imageUrl);
  return {
    ...(title && { title }),
    ...(brand && { brand }),
    ...(categories.length > 0 && { categories }),
    ...(description && { description }),
    ...(imageUrl !== undefined && { imageUrl }),
  };
}

/**
 * The text of an item, for a text encoder: title, brand, categories and description, as far as they
 * are known, each ending as a sentence does.
 *
 * @example
 * ```ts
 * itemText({ title: 'Red shoe', categories: ['Shoes', 'Red'], description: 'Fits!' })
 * // => 'Red shoe. Shoes, Red. Fits!'
 * ```
 */
export function itemText({ title, brand, categories, description }: ItemDescription): string {
  return [title, brand, categories?.join(', '), description]
    .filter((part) => part !== undefined)
    .map((part) => (/[.!?…]$/.test(part) ? part : `${part}.`))
    .join(' ');
}

/** The first address in a value, of the size called large where sizes are named. */
function imageAddress(value: unknown): string | undefined {
  const first = Array.isArray(value) ? (value as unknown[])[0] : value;
  const large =
    typeof first === 'object' && first !== null ? (first as { large?: unknown }).large : undefined;
  return [large, value].flatMap(textsIn).find((text) => /^https?:\/\//i.test(text));
}

function joinTexts(value: unknown): string {
  return textsIn(value).join(' ');
}

/** All texts in a value, lists and dictionaries opened in order; those without characters left out. */
function textsIn(value: unknown): string[] {
  const found: string[] = [];
  const pending: unknown[] = [value];
  while (pending.length > 0) {
    const next = pending.pop();
    if (typeof next === 'string') {
      const text = next
        .replaceAll(/\p{Surrogate}/gu, '\uFFFD')
        .replaceAll(/[\s\0]+/g, ' ')
        .trim();
      if (text !== '') found.push(text);
    } else if (typeof next === 'number' || typeof next === 'bigint') {
      if (Number.isFinite(Number(next))) found.push(String(next));
    } else if (typeof next === 'object' && next !== null) {
      for (const inner of Object.values(next as object).reverse()) pending.push(inner);
    }
  }
  return found;
}
