import { useState } from 'preact/hooks';
import type { ItemSummary } from '../../src/studio/studio-api.js';

/** An item's picture, or a letter on a colour of its own where there is none. The title stands beside it. */
export function Picture({ item }: { readonly item: ItemSummary }) {
  const [failed, setFailed] = useState<string>();
  if (item.picture === undefined || failed === item.picture) {
    return (
      <span class="picture none" data-hue={hueOf(item.kind ?? item.id)} aria-hidden="true">
        {initialOf(item)}
      </span>
    );
  }
  return (
    <img
      class="picture"
      src={item.picture}
      alt=""
      width="64"
      height="64"
      loading="lazy"
      decoding="async"
      onError={() => setFailed(item.picture)}
    />
  );
}

/** What an item is called. */
export const nameOf = ({ title, id }: ItemSummary) =>
  title === undefined || title === '' ? `Item ${id}` : title;

/** The first letter of the title, or what an id ends with. */
const initialOf = ({ title, id }: ItemSummary) =>
  title === undefined || title === ''
    ? id.slice(-2)
    : (/[\p{L}\p{N}]/u.exec(title)?.[0].toUpperCase() ?? '·');

/** One of eight hues, the same for the same text. */
function hueOf(text: string): number {
  let hash = 0;
  for (const letter of text) hash = (31 * hash + letter.codePointAt(0)!) % 65_521;
  return hash % 8;
}
