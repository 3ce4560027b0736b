import type { RecommendedToUser, StudioInfo, UserList } from '../../src/studio/studio-api.js';
import { highlighted, pointAt } from '../parts/highlight.js';
import { Icon } from '../parts/icon.js';
import { nameOf, Picture } from '../parts/picture.js';
import { RunMark } from '../parts/run-mark.js';
import { popularityOf } from '../parts/popularity.js';
import { hrefOf } from '../route.js';
import type { Overlap } from './overlap.js';
import { ReasonOf } from './reason.js';

/** What a list is shown with. */
interface ColumnProps {
  readonly run: number;
  readonly list: UserList;
  readonly info: StudioInfo;
  readonly overlap: Overlap;
  /** Test items of the user. */
  readonly test: number;
}

/** A run's list for the user. */
export function ModelColumn({ run, list, info, overlap, test }: ColumnProps) {
  const { name, model } = info.runs[run]!;
  const alone = overlap.alone[run]!;
  return (
    <section class="column" aria-labelledby={`column-${run}`}>
      <header>
        <h3 id={`column-${run}`}>
          <RunMark run={run} />
          {name}
          {name !== model && <small>{model}</small>}
        </h3>
        <p class="quiet">
          {test > 0 && (
            <span class={list.testHits > 0 ? 'found' : ''}>
              {list.testHits} of {test} test items
            </span>
          )}
          {info.runs.length > 1 && <span>{alone} only here</span>}
        </p>
      </header>
      <ol>
        {list.items.map((each, at) => (
          <Place key={each.item.id} {...{ each, at, run, info, overlap }} />
        ))}
      </ol>
    </section>
  );
}

interface PlaceProps extends Pick<ColumnProps, 'run' | 'info' | 'overlap'> {
  readonly each: RecommendedToUser;
  readonly at: number;
}

function Place({ each, at, run, info, overlap }: PlaceProps) {
  const { item, hit, reason, score } = each;
  const classes = ['place', hit && 'hit', highlighted.value === item.id && 'pointed'];
  const elsewhere = overlap
    .placesOf(item.id)
    .flatMap((place, other) => (other !== run && place > 0 ? [{ other, place }] : []));
  return (
    <li class={classes.filter(Boolean).join(' ')} {...pointAt(item.id)}>
      <span class="rank" aria-hidden="true">
        {at + 1}
      </span>
      <Picture item={item} />
      <div class="what">
        <a class="name" href={hrefOf('items', item.id)}>
          {nameOf(item)}
        </a>
        <p class="facts">
          {hit && (
            <span class={`badge ${hit}`}>
              <Icon name="check" /> {hit}
            </span>
          )}
          {item.kind !== undefined && <span>{item.kind}</span>}
          <span title="Users who had it in training">{popularityOf(item)}</span>
          {elsewhere.map(({ other, place }) => (
            <span
              key={other}
              class="elsewhere"
              title={`Place ${place} in ${info.runs[other]!.name}`}
            >
              <RunMark run={other} />
              <span class="hidden">{info.runs[other]!.name} </span>#{place}
            </span>
          ))}
        </p>
        <ReasonOf reason={reason} score={score} />
      </div>
    </li>
  );
}
