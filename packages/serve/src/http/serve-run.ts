import { realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { loadRunApart } from '../load-run-apart.js';
import { loadRun, type LoadRunOptions } from '../load-run.js';
import type { NewItem, ServedModel } from '../recommend/serve-model.js';

/** A run that is served, and replaced by a newer one while it is. */
export interface ServedRun {
  readonly folder: string;
  /** The model in use. Take it anew for each question: it is another one after a reload. */
  readonly model: ServedModel;
  readonly loadedAt: Date;
  /** Models loaded so far. */
  readonly loads: number;
  /** Adds an item, and adds it again after each reload by a run that doesn't have it. */
  addItem(item: NewItem): void;
  /**
   * Loads the run anew, in a thread of its own, and replaces the model once all of it is there; until then, and when it
   * can't be loaded, the one before answers.
   *
   * @throws {Error} As `loadRun`.
   */
  reload(): Promise<void>;
  /** Reloads if a newer finished run lies in the folder. @returns Whether it did. */
  reloadIfNewer(): Promise<boolean>;
  /** Frees the model, and ends a reload that is on its way. */
  dispose(): void;
}

/** Loads a run that can be replaced; see {@link loadRun}. The folder may be a link that is pointed elsewhere later. */
export async function serveRun(folder: string, options: LoadRunOptions = {}): Promise<ServedRun> {
  let { model, mark } = await loadWhole(folder, () => loadRun(folder, options));
  const end = new AbortController();
  let loadedAt = new Date();
  let loads = 1;
  let loading: Promise<void> | undefined;
  const added = new Map<string, NewItem>();
  const reload = async () => {
    const next = await loadWhole(folder, () => loadRunApart(folder, options, end.signal));
    for (const item of added.values()) if (!next.model.hasItem(item.id)) next.model.addItem(item);
    const before = model;
    ({ model, mark } = next);
    loadedAt = new Date();
    loads++;
    before.dispose();
  };
  const reloadOnce = () =>
    (loading ??= reload().finally(() => {
      loading = undefined;
    }));
  return {
    folder,
    get model() {
      return model;
    },
    get loadedAt() {
      return loadedAt;
    },
    get loads() {
      return loads;
    },
    addItem: (item) => {
      model.addItem(item);
      added.set(item.id, item);
    },
    reload: reloadOnce,
    reloadIfNewer: async () => {
      const now = await markOf(folder);
      if (now === undefined || now === mark) return false;
      await reloadOnce();
      return true;
    },
    dispose: () => {
      end.abort();
      model.dispose();
    },
  };
}

/** Attempts at a run that is replaced while it is read. */
const attempts = 3;

async function loadWhole(folder: string, load: () => Promise<ServedModel>) {
  for (let attempt = 1; ; attempt++) {
    const mark = await markOf(folder);
    const model = await load();
    if (mark === (await markOf(folder)) || attempt === attempts) return { model, mark };
    model.dispose();
  }
}

/** Which run lies in a folder; undefined while it is being written: `metrics.json` comes last. */
async function markOf(folder: string): Promise<string | undefined> {
  try {
    const place = await realpath(folder);
    const files = await Promise.all(
      ['config.json', 'model.safetensors', 'metrics.json'].map((file) => stat(join(place, file))),
    );
    return [place, ...files.flatMap(({ mtimeMs, size, ino }) => [mtimeMs, size, ino])].join(' ');
  } catch {
    return undefined;
  }
}
