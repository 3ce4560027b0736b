/** Text that is HTML already. */
export interface Html {
  readonly markup: string;
}

/** What a template takes: HTML as it is, text and numbers escaped, lists one after the other, undefined and false as nothing. */
export type HtmlValue = Html | string | number | false | undefined | readonly HtmlValue[];

/**
 * A template whose values are escaped, in text and in quoted attributes.
 *
 * @example
 * ```ts
 * html`<b title="${'"'}">${'a < b'}</b>`.markup // => '<b title="&quot;">a &lt; b</b>'
 * ```
 */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  const parts = strings.map((text, at) => (at === 0 ? text : markupOf(values[at - 1]) + text));
  return { markup: parts.join('') };
}

/** Text that stands in a page as it is: never from outside. */
export const raw = (markup: string): Html => ({ markup });

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function markupOf(value: HtmlValue): string {
  if (value === undefined || value === false) return '';
  if (typeof value === 'string') return value.replace(/[&<>"']/g, (each) => entities[each]!);
  if (typeof value === 'number') return String(value);
  return 'markup' in value ? value.markup : value.map(markupOf).join('');
}
