import type { Recommender } from '@mmrec/core';
import { tensor, tidy, type Variable } from '@tensorflow/tfjs-core';
import type { Run, RunIds } from './run-folder.js';

/** What a warm start carried over. */
export interface WarmStart {
  /** Users and items known to the earlier run, and new ones. */
  readonly users: { readonly known: number; readonly added: number };
  readonly items: { readonly known: number; readonly added: number };
  /** Parameters that keep their new initialisation, because the earlier run's don't fit. */
  readonly skipped: readonly string[];
}

/**
 * Starts a model from an earlier run: users and items that the run knows, by external id, keep their
 * rows of every parameter that has one a user or item; new ones keep their initialisation. Other
 * parameters are taken whole where their shapes agree.
 *
 * @param ids - External ids of the model's users and items.
 * @throws {Error} If the run is of another model.
 */
export function warmStart(
  { model, name }: { readonly model: Recommender; readonly name: string },
  ids: RunIds,
  run: Run,
): WarmStart {
  if (run.config.model !== name) {
    throw new Error(
      `warmStart: ${run.folder} must be a run of ${name}, got one of ${run.config.model}.`,
    );
  }
  const rows = {
    users: matchIds(ids.users, run.ids.users),
    items: matchIds(ids.items, run.ids.items),
  };
  const skipped: string[] = [];
  for (const [parameterName, parameter] of Object.entries(model.parameters)) {
    const saved = run.tensors[parameterName];
    const entity = model.rowsOf?.[parameterName];
    // Where rows belong to users or items, the run's may be more or fewer, but must be its own number.
    const expected = entity
      ? [run.ids[entity].length, ...parameter.shape.slice(1)]
      : parameter.shape;
    if (saved?.shape.join() !== expected.join()) skipped.push(parameterName);
    else if (entity) carryRows(parameter, saved.data as Float32Array, rows[entity]);
    // A copy: the cpu back end would take the run's own numbers, and train them.
    else tidy(() => parameter.assign(tensor(saved.data.slice(), parameter.shape)));
  }
  const count = (matches: Int32Array) => {
    const known = matches.reduce((sum, row) => sum + Number(row >= 0), 0);
    return { known, added: matches.length - known };
  };
  return { users: count(rows.users), items: count(rows.items), skipped };
}

/** The earlier run's row of each id, −1 for an id that it doesn't know. */
function matchIds(ids: readonly string[], earlier: readonly string[]): Int32Array {
  const rowOf = new Map(earlier.map((id, row) => [id, row]));
  return Int32Array.from(ids, (id) => rowOf.get(id) ?? -1);
}

function carryRows(parameter: Variable, saved: Float32Array, rows: Int32Array): void {
  const values = (parameter.dataSync() as Float32Array).slice();
  const columns = values.length / rows.length;
  rows.forEach((from, to) => {
    if (from >= 0) values.set(saved.subarray(from * columns, (from + 1) * columns), to * columns);
  });
  tidy(() => parameter.assign(tensor(values, parameter.shape)));
}
