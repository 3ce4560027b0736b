import type { StudioInfo, UserPage } from '../../src/studio/studio-api.js';
import { ItemCard, Strip } from '../parts/item-card.js';
import { RunMark } from '../parts/run-mark.js';
import { Empty } from '../parts/status.js';

/** What the user took that the models didn't learn from, and where each model ranks it. */
export function HeldOut({
  user: { heldOut },
  info,
  k,
}: {
  readonly user: UserPage;
  readonly info: StudioInfo;
  readonly k: number;
}) {
  return (
    <section>
      <h2>
        Held out <small>what they took as well, and its rank by each model</small>
      </h2>
      {heldOut.length === 0 ? (
        <Empty>Nothing was held out of this user: no list can be judged.</Empty>
      ) : (
        <Strip label="Held-out items">
          {heldOut.map(({ item, split, ranks }) => (
            <ItemCard key={item.id} item={item}>
              <span class={`badge ${split}`}>{split}</span>
              <dl class="ranks">
                {ranks.map((rank, run) => (
                  <div key={run} class={rank <= k ? 'found' : ''}>
                    <dt>
                      <RunMark run={run} />
                      <span class="hidden">{info.runs[run]!.name}</span>
                    </dt>
                    <dd>
                      <span class="hidden">rank </span>
                      {rank.toLocaleString('en')}
                    </dd>
                  </div>
                ))}
              </dl>
            </ItemCard>
          ))}
        </Strip>
      )}
    </section>
  );
}
