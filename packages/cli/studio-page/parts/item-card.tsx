import type { ComponentChildren } from 'preact';
import type { ItemSummary } from '../../src/studio/studio-api.js';
import { hrefOf } from '../route.js';
import { nameOf, Picture } from './picture.js';

/** An item as a card that leads to it. */
export function ItemCard({
  item,
  children,
}: {
  readonly item: ItemSummary;
  readonly children?: ComponentChildren;
}) {
  return (
    <li class="card">
      <a href={hrefOf('items', item.id)} title={nameOf(item)}>
        <Picture item={item} />
        <span class="name">{nameOf(item)}</span>
      </a>
      {children}
    </li>
  );
}

/** Cards in a row that scrolls sideways. */
export function Strip({
  label,
  children,
}: {
  readonly label: string;
  readonly children: ComponentChildren;
}) {
  return (
    <ul class="strip" aria-label={label} tabIndex={0}>
      {children}
    </ul>
  );
}
