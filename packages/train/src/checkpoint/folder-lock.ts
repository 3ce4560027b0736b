import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** A folder that no other process writes to. */
export interface FolderLock {
  /**
   * Checks that the folder is still this process's.
   *
   * @throws {Error} If it was removed, or another process has taken it over.
   */
  check(): Promise<void>;
  /** Lets others have it. */
  release(): Promise<void>;
}

/** Who holds a lock. */
interface Holder {
  readonly pid: number;
  readonly host: string;
  /** Tells this lock from all others. */
  readonly token: string;
}

/** Milliseconds between signs of life of a lock's holder. */
const heartbeat = 15_000;
/** A holder that gave no sign of life for so long is taken for dead, in milliseconds. */
const patience = 5 * 60_000;

/**
 * Takes a folder for this process, and makes it if need be: a file `lock` in it names process and host, and
 * its time of change is renewed every 15 seconds. The lock of a process of this host that has ended, or that
 * gave no sign of life for five minutes, is taken over.
 *
 * @throws {Error} If another process has it, naming that process.
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'lock');
  const holder: Holder = { pid: process.pid, host: hostname(), token: randomUUID() };
  while (!(await createLock(file, holder))) await removeStaleLock(folder, file);
  const timer = setInterval(() => {
    const now = new Date();
    // Without a lock to touch, `check` says what happened.
    utimes(file, now, now).catch(() => undefined);
  }, heartbeat);
  // The process may end while the folder is locked.
  timer.unref();
  return {
    check: async () => {
      const found = await readHolder(file);
      if (found?.token === holder.token) return;
      throw new Error(
        found
          ? `lockFolder: ${folder} was taken over by process ${found.pid} on ${found.host}, because this one gave no sign of life for ${patience / 60_000} minutes. This one ends.`
          : `lockFolder: ${folder} must not be removed while it is written to, but ${file} is gone. This training ends.`,
      );
    },
    release: async () => {
      clearInterval(timer);
      if ((await readHolder(file))?.token === holder.token) await rm(file, { force: true });
    },
  };
}

/** Whether the lock was made; false when there is one. */
async function createLock(file: string, holder: Holder): Promise<boolean> {
  try {
    const handle = await open(file, 'wx');
    try {
      await handle.writeFile(`${JSON.stringify(holder)}\n`);
    } finally {
      await handle.close();
    }
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function removeStaleLock(folder: string, file: string): Promise<void> {
  const [found, changed] = [await readHolder(file), await lastChange(file)];
  // Released meanwhile.
  if (changed === undefined) return;
  const silent = Date.now() - changed;
  if (silent < patience && !(found && isGone(found))) {
    const who = found ? `process ${found.pid} on ${found.host}` : 'another process';
    throw new Error(
      `lockFolder: ${folder} is in use by ${who} (last sign of life ${Math.max(0, Math.round(silent / 1000))} s ago). Wait for it or end it; if it is gone, remove ${file}.`,
    );
  }
  // Of two that find a stale lock one moves it away. The other may move the first one's new lock: it sees that
  // by the token, and puts it back.
  const aside = `${file}.${randomUUID()}.tmp`;
  try {
    await rename(file, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if ((await readHolder(aside))?.token === found?.token) await rm(aside, { force: true });
  else await rename(aside, file);
}

/** Whether the holder was a process of this host that has ended. */
function isGone({ pid, host }: Holder): boolean {
  if (host !== hostname()) return false;
  try {
    // Signal 0 only asks whether there is such a process.
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

/** Undefined when there is no lock, or one that isn't wholly written. */
async function readHolder(file: string): Promise<Holder | undefined> {
  try {
    const saved = JSON.parse(await readFile(file, 'utf8')) as Partial<Holder> | null;
    const { pid, host, token } = saved ?? {};
    if (typeof pid !== 'number' || typeof host !== 'string' || typeof token !== 'string') {
      return undefined;
    }
    return { pid, host, token };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function lastChange(file: string): Promise<number | undefined> {
  try {
    return (await stat(file)).mtimeMs;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
