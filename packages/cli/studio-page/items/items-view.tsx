import type { ItemPage, ItemSummary } from '../../src/studio/studio-api.js';
import type { ViewProps } from '../view-props.js';
import { highlighted, pointAt } from '../parts/highlight.js';
import { ItemCard } from '../parts/item-card.js';
import { ItemSearch } from '../parts/item-search.js';
import { nameOf, Picture } from '../parts/picture.js';
import { RunMark } from '../parts/run-mark.js';
import { chosenLength, ListLength } from '../parts/list-length.js';
import { Busy, Empty, Problem, Skeleton } from '../parts/status.js';
import { popularityOf } from '../parts/popularity.js';
import { address, useResource } from '../resource.js';
import { goTo, hrefOf, route } from '../route.js';

const lengths = ['5', '10', '20'] as const;

/** Items: a search, and for one item what every run has near it. */
export function ItemsView({ info }: ViewProps) {
  const { id, params } = route.value;
  const k = chosenLength(lengths);
  return (
    <>
      <div class="toolbar">
        <ItemSearch
          onChoose={(item) => goTo(hrefOf('items', item.id, { k: params['k'] }))}
          onSubmit={(query) => goTo(hrefOf('items', undefined, { q: query }))}
        />
        {id !== undefined && <ListLength lengths={lengths} />}
      </div>
      {id === undefined ? <Found query={params['q'] ?? ''} /> : <Item id={id} k={k} info={info} />}
    </>
  );
}

function Found({ query }: { readonly query: string }) {
  const url = address('/api/items', { query, limit: 60 });
  const { data: items, error, isLoading, retry } = useResource<readonly ItemSummary[]>(url);
  if (error !== undefined) return <Problem message={error} onRetry={retry} />;
  if (!items) return <Skeleton lines={8} label="Looking for items" />;
  return (
    <section aria-busy={isLoading}>
      <Busy when={isLoading} />
      <h1>{query === '' ? 'Most popular items' : `Items with “${query}”`}</h1>
      {items.length === 0 ? (
        <Empty>No title and no id has all of these words.</Empty>
      ) : (
        <ul class="cards">
          {items.map((item) => (
            <ItemCard key={item.id} item={item}>
              <span class="quiet">{popularityOf(item)}</span>
            </ItemCard>
          ))}
        </ul>
      )}
    </section>
  );
}

interface ItemProps extends ViewProps {
  readonly id: string;
  readonly k: string;
}

function Item({ id, k, info }: ItemProps) {
  const { data, error, isLoading, retry } = useResource<ItemPage>(address('/api/item', { id, k }));
  if (error !== undefined) return <Problem message={error} onRetry={retry} />;
  if (!data) return <Skeleton lines={8} label="Loading an item" />;
  const { item, fields, users, runs } = data;
  return (
    <article aria-busy={isLoading}>
      <Busy when={isLoading} />
      <header class="item-header">
        <Picture item={item} />
        <div>
          <h1>{nameOf(item)}</h1>
          <dl class="fields">
            {fields.map(({ name, value }) => (
              <div key={name} class={value.length > 40 ? 'long' : ''}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
            <div>
              <dt>id</dt>
              <dd>{item.id}</dd>
            </div>
          </dl>
          <p>
            <a class="button" href={hrefOf('map', undefined, { item: item.id })}>
              Show on the map
            </a>
          </p>
          <Owners item={item} users={users} />
        </div>
      </header>
      <section>
        <h2>
          Similar items <small>nearest by cosine of the models’ item embeddings</small>
        </h2>
        <div class="columns" role="group" aria-label="Lists of the models" tabIndex={0}>
          {runs.map(({ items }, run) => (
            <Similar key={run} {...{ items, run, info }} />
          ))}
        </div>
      </section>
    </article>
  );
}

function Owners({
  item,
  users,
}: {
  readonly item: ItemSummary;
  readonly users: readonly string[];
}) {
  if (item.popularity === 0) return <p class="quiet">No user had it in training: a new item.</p>;
  return (
    <p class="owners">
      <span class="quiet">{popularityOf(item)} had it in training: </span>
      {users.map((user, at) => (
        <span key={user}>
          {at > 0 && ', '}
          <a href={hrefOf('users', user)}>{user}</a>
        </span>
      ))}
      {item.popularity > users.length && '…'}
    </p>
  );
}

interface SimilarProps extends ViewProps {
  readonly items: ItemPage['runs'][number]['items'];
  readonly run: number;
}

function Similar({ items, run, info }: SimilarProps) {
  const { name, model } = info.runs[run]!;
  return (
    <section class="column" aria-labelledby={`column-${run}`}>
      <header>
        <h3 id={`column-${run}`}>
          <RunMark run={run} />
          {name}
          {name !== model && <small>{model}</small>}
        </h3>
      </header>
      {items.length === 0 && <Empty>There is no other item.</Empty>}
      <ol>
        {items.map(({ item, similarity }, at) => (
          <li
            key={item.id}
            class={highlighted.value === item.id ? 'place pointed' : 'place'}
            {...pointAt(item.id)}
          >
            <span class="rank" aria-hidden="true">
              {at + 1}
            </span>
            <Picture item={item} />
            <div class="what">
              <a class="name" href={hrefOf('items', item.id)}>
                {nameOf(item)}
              </a>
              <p class="facts">
                {item.kind !== undefined && <span>{item.kind}</span>}
                <span>{popularityOf(item)}</span>
              </p>
              <p class="similarity">
                <meter min="0" max="1" value={Math.max(0, similarity)} aria-label="Cosine" />
                <span>{similarity.toFixed(3)}</span>
              </p>
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}
