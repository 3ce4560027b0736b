import { formatMetric } from '../../src/table.js';
import type { RunsPage } from '../../src/studio/studio-api.js';
import type { ViewProps } from '../view-props.js';
import { RunMark } from '../parts/run-mark.js';
import { Busy, Problem, Skeleton } from '../parts/status.js';
import { useResource } from '../resource.js';
import { route, setParams } from '../route.js';

/** What the runs were, how they ended and what they cost. */
export function RunsView({ info }: ViewProps) {
  const { data, error, isLoading, retry } = useResource<RunsPage>('/api/runs');
  if (error !== undefined) return <Problem message={error} onRetry={retry} />;
  if (!data) return <Skeleton lines={6} label="Loading the runs" />;
  const { dataset } = info;
  const count = (value: number) => value.toLocaleString('en');
  return (
    <>
      <Busy when={isLoading} />
      <header class="title">
        <h1>{dataset.name}</h1>
        <p class="quiet">
          {count(dataset.users)} users, {count(dataset.items)} items; {count(dataset.train)}{' '}
          interactions in training, {count(dataset.validation)} in validation, {count(dataset.test)}{' '}
          in test
        </p>
      </header>
      <section>
        <h2>
          Results <small>epochs are chosen on validation; the best of a column is bold</small>
        </h2>
        <Results runs={data.runs} metric={data.curves.metrics[0]!} info={info} />
      </section>
      <Options options={data.options} info={info} />
    </>
  );
}

function Results({
  runs,
  metric,
  info,
}: Pick<RunsPage, 'runs'> & ViewProps & { readonly metric: string }) {
  // Of validation what chose the epoch; that is what the curves begin with.
  const columns = (['valid', 'test'] as const).flatMap((split) => {
    const names = [...new Set([metric, ...runs.flatMap((run) => Object.keys(run[split]))])];
    return (split === 'valid' ? [metric] : names).flatMap((name) => {
      const values = runs.map((run) => run[split][name]);
      const known = values.filter((value) => value !== undefined);
      if (known.length === 0) return [];
      return [{ split, name, values, best: formatMetric(Math.max(...known)) }];
    });
  });
  const splits = (['valid', 'test'] as const).flatMap((split) => {
    const width = columns.filter((column) => column.split === split).length;
    return width === 0 ? [] : [{ split, width }];
  });
  return (
    <div class="table" tabIndex={0} role="region" aria-label="Results of the runs">
      <table>
        <thead>
          <tr class="groups">
            <td colSpan={2} />
            {splits.map(({ split, width }) => (
              <th key={split} scope="colgroup" colSpan={width}>
                {split === 'valid' ? 'validation' : split}
              </th>
            ))}
            <td colSpan={4} />
          </tr>
          <tr>
            <th scope="col">Run</th>
            <th scope="col">Model</th>
            {columns.map(({ split, name }) => (
              <th key={`${split} ${name}`} scope="col" class="number">
                {name}
              </th>
            ))}
            <th scope="col" class="number">
              Epoch
            </th>
            <th scope="col">State</th>
            <th scope="col" class="number">
              Time
            </th>
            <th scope="col" class="number">
              Memory
            </th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run, at) => (
            <tr key={run.folder}>
              <th scope="row" title={run.folder}>
                <RunMark run={at} /> {run.name}
              </th>
              <td>{info.runs[at]!.model}</td>
              {columns.map(({ split, name, values, best }) => {
                const value = values[at];
                const text = value === undefined ? '–' : formatMetric(value);
                return (
                  <td key={`${split} ${name}`} class="number">
                    {runs.length > 1 && text === best ? <b>{text}</b> : text}
                  </td>
                );
              })}
              <td class="number">{run.bestEpoch ?? '–'}</td>
              <td>{run.state}</td>
              <td class="number">{formatTime(run.seconds)}</td>
              <td class="number">
                {run.peakMemoryMB === undefined ? '–' : `${run.peakMemoryMB} MB`}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Options({ options, info }: Pick<RunsPage, 'options'> & ViewProps) {
  const all = route.value.params['all'] === '1' || info.runs.length === 1;
  const shown = options.filter(({ differs, values }) => all || differs || values.includes(null));
  return (
    <section>
      <h2>
        Options <small>{all ? 'those that differ are marked' : 'those that differ'}</small>
      </h2>
      {info.runs.length > 1 && (
        <label class="tick">
          <input
            type="checkbox"
            checked={all}
            onChange={({ currentTarget }) =>
              setParams({ all: currentTarget.checked ? '1' : undefined })
            }
          />{' '}
          Show all options
        </label>
      )}
      <div class="table" tabIndex={0} role="region" aria-label="Options of the runs">
        <table>
          <thead>
            <tr>
              <th scope="col">Option</th>
              {info.runs.map(({ name }, run) => (
                <th key={run} scope="col">
                  <RunMark run={run} /> {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map(({ name, values, differs }) => (
              <tr key={name}>
                <th scope="row">{all && differs ? <mark>{name}</mark> : name}</th>
                {values.map((value, run) => (
                  <td key={run}>{value ?? '–'}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** Seconds as `28.3 s`, `5.3 min` or `2.1 h`. */
function formatTime(seconds: number): string {
  if (seconds < 90) return `${seconds.toFixed(1)} s`;
  const minutes = seconds / 60;
  return minutes < 90 ? `${minutes.toFixed(1)} min` : `${(minutes / 60).toFixed(1)} h`;
}
