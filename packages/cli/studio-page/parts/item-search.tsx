import type { ItemSummary } from '../../src/studio/studio-api.js';
import { address, getJson } from '../resource.js';
import { Combobox } from './combobox.js';
import { nameOf, Picture } from './picture.js';

/** Finds an item by words of its title, or its id. */
export function ItemSearch({
  onChoose,
  onSubmit,
}: {
  readonly onChoose: (item: ItemSummary) => void;
  readonly onSubmit?: (text: string) => void;
}) {
  return (
    <Combobox<ItemSummary>
      label="Find an item"
      placeholder="Title or id"
      find={(query, signal) => getJson(address('/api/items', { query, limit: 12 }), signal)}
      idOf={({ id }) => id}
      render={(item) => (
        <>
          <Picture item={item} />
          <span class="name">{nameOf(item)}</span>
          <span class="quiet">{item.kind ?? item.id}</span>
        </>
      )}
      onChoose={onChoose}
      {...(onSubmit && { onSubmit })}
    />
  );
}
