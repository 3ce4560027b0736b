import type { ItemSummary, UserPage } from '../../src/studio/studio-api.js';
import { nameOf, Picture } from '../parts/picture.js';
import { popularityOf } from '../parts/popularity.js';
import { hrefOf, setParams } from '../route.js';

/** The item that was chosen on the map. */
export function SelectedItem({
  item,
  missing,
}: {
  readonly item: ItemSummary | undefined;
  /** Id of an item that isn't on the map. */
  readonly missing: string | undefined;
}) {
  return (
    <section class="selected" aria-label="Selected item">
      {item ? (
        <>
          <Picture item={item} />
          <h2>{nameOf(item)}</h2>
          <p class="quiet">
            {item.kind !== undefined && `${item.kind} · `}
            {popularityOf(item)}
          </p>
          <a class="button" href={hrefOf('items', item.id)}>
            Open with similar items
          </a>
        </>
      ) : (
        <p class="quiet">
          {missing === undefined
            ? 'Click a point, or search, to see what it is.'
            : `Item ${missing} is not on this map.`}
        </p>
      )}
    </section>
  );
}

/** The user whose items are marked. */
export function MapUser({
  id,
  user,
  error,
  run,
}: {
  readonly id: string;
  readonly user: UserPage | undefined;
  readonly error: string | undefined;
  readonly run: number;
}) {
  const hits = user?.runs[run]?.items.filter(({ hit }) => hit).length ?? 0;
  const count = user?.runs[run]?.items.length ?? 0;
  return (
    <section class="map-user" aria-label="Marked user">
      <h2>
        User <a href={hrefOf('users', id)}>{id}</a>
      </h2>
      {error !== undefined ? (
        <p class="quiet">{error}</p>
      ) : (
        <ul>
          <li>
            <span class="dot history" aria-hidden="true" /> {user?.history.length ?? '…'} of the
            history
          </li>
          <li>
            <span class="dot recommended" aria-hidden="true" /> {count - hits} recommended
          </li>
          <li>
            <span class="dot hits" aria-hidden="true" /> {hits} recommended and taken
          </li>
        </ul>
      )}
      <button type="button" onClick={() => setParams({ user: undefined })}>
        Remove the marks
      </button>
    </section>
  );
}
