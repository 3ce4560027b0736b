import type { UserPage, UserSummary } from '../../src/studio/studio-api.js';
import { Combobox } from '../parts/combobox.js';
import { Icon } from '../parts/icon.js';
import { address, getJson } from '../resource.js';
import { goTo, hrefOf, route } from '../route.js';

/** Ways to get to a user: by id, to the neighbours, by chance. */
export function UserPicker({
  user,
  runs,
  onPick,
}: {
  readonly user: UserPage | undefined;
  readonly runs: number;
  readonly onPick: (differ: boolean) => void;
}) {
  const open = (id: string | undefined) => {
    if (id !== undefined) goTo(hrefOf('users', id, { k: route.value.params['k'] }));
  };
  return (
    <div class="picker">
      <Combobox<UserSummary>
        label="Find a user"
        placeholder="User id"
        find={(query, signal) => getJson(address('/api/users', { query, limit: 12 }), signal)}
        idOf={({ id }) => id}
        render={({ id, history, test }) => (
          <>
            <span class="name">{id}</span>
            <span class="quiet">
              {history} items, {test} test
            </span>
          </>
        )}
        onChoose={({ id }) => open(id)}
      />
      <div class="buttons">
        <button
          type="button"
          aria-label="Previous user"
          title="Previous user"
          disabled={user?.previous === undefined}
          onClick={() => open(user?.previous)}
        >
          <Icon name="left" />
        </button>
        <button
          type="button"
          aria-label="Next user"
          title="Next user"
          disabled={user?.next === undefined}
          onClick={() => open(user?.next)}
        >
          <Icon name="right" />
        </button>
        <button type="button" onClick={() => onPick(false)}>
          <Icon name="dice" /> Random
        </button>
        {runs > 1 && (
          <button
            type="button"
            title="A user of whose test items the models find different numbers"
            onClick={() => onPick(true)}
          >
            <Icon name="differ" /> Models differ
          </button>
        )}
      </div>
    </div>
  );
}
