import { useEffect, useState } from 'preact/hooks';
import type { UserPage, UserSummary } from '../../src/studio/studio-api.js';
import type { ViewProps } from '../view-props.js';
import { ItemCard, Strip } from '../parts/item-card.js';
import { chosenLength, ListLength } from '../parts/list-length.js';
import { Busy, Empty, Problem, Skeleton } from '../parts/status.js';
import { address, getJson, useResource } from '../resource.js';
import { goTo, hrefOf, route } from '../route.js';
import { HeldOut } from './held-out.js';
import { ModelColumn } from './model-column.js';
import { overlapOf } from './overlap.js';
import { UserPicker } from './user-picker.js';

const lengths = ['5', '10', '20', '50'] as const;

/** A user: their history, what they took next, and what each run has for them. */
export function UsersView({ info }: ViewProps) {
  const { id, params } = route.value;
  const k = chosenLength(lengths);
  const [pickError, setPickError] = useState<string>();
  const pick = (differ: boolean, replace = false) => {
    setPickError(undefined);
    getJson<UserSummary>(address('/api/users/pick', { differ, k })).then(
      (user) => goTo(hrefOf('users', user.id, { k: params['k'] }), { replace }),
      (error: unknown) => setPickError((error as Error).message),
    );
  };
  useEffect(() => {
    if (id === undefined) pick(false, true);
  }, [id]);
  const url = id === undefined ? undefined : address('/api/user', { id, k });
  const { data: user, error, isLoading, retry } = useResource<UserPage>(url);
  const problem = error ?? pickError;
  return (
    <>
      <Busy when={isLoading} />
      <div class="toolbar">
        <UserPicker user={user} runs={info.runs.length} onPick={pick} />
        <ListLength lengths={lengths} />
      </div>
      {problem !== undefined ? (
        <Problem
          message={problem}
          onRetry={error === undefined ? () => pick(false, true) : retry}
        />
      ) : user ? (
        <User user={user} info={info} k={Number(k)} isLoading={isLoading} />
      ) : (
        <Skeleton lines={8} label="Loading a user" />
      )}
    </>
  );
}

interface UserProps extends ViewProps {
  readonly user: UserPage;
  readonly k: number;
  readonly isLoading: boolean;
}

function User({ user, info, k, isLoading }: UserProps) {
  const { history, heldOut, runs } = user;
  const count = (split: 'validation' | 'test') =>
    heldOut.filter((each) => each.split === split).length;
  const overlap = overlapOf(runs);
  return (
    <article aria-busy={isLoading}>
      <header class="title">
        <h1>
          User <b>{user.id}</b>
        </h1>
        <p class="quiet">
          {history.length} items in training, {count('validation')} in validation, {count('test')}{' '}
          in test
        </p>
        <a class="button" href={hrefOf('map', undefined, { user: user.id })}>
          Show on the map
        </a>
      </header>
      <div class="past-and-next">
        <section>
          <h2>
            History <small>what the models learned from</small>
          </h2>
          {history.length === 0 ? (
            <Empty>Nothing in training: the models know nothing of this user.</Empty>
          ) : (
            <Strip label="History">
              {history.map((item) => (
                <ItemCard key={item.id} item={item} />
              ))}
            </Strip>
          )}
        </section>
        <HeldOut user={user} info={info} k={k} />
      </div>
      <section>
        <h2>
          Recommendations <small>{overlap.sentence}</small>
        </h2>
        <div class="columns" role="group" aria-label="Lists of the models" tabIndex={0}>
          {runs.map((list, run) => (
            <ModelColumn key={run} {...{ run, list, info, overlap }} test={count('test')} />
          ))}
        </div>
      </section>
    </article>
  );
}
