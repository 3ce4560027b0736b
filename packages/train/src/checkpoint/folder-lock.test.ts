import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { lockFolder } from './folder-lock.js';

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mmrec-lock-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes a lock as another process would have. */
function writeLock(folder: string, holder: object, secondsAgo = 0): string {
  const file = join(folder, 'lock');
  writeFileSync(file, JSON.stringify({ token: 'other', ...holder }));
  const time = Date.now() / 1000 - secondsAgo;
  utimesSync(file, time, time);
  return file;
}

/** The id of a process that has ended. */
const endedPid = () => spawnSync(process.execPath, ['-e', '']).pid;

it('keeps others away until it is released', async () => {
  const folder = join(temporaryFolder(), 'run');
  const lock = await lockFolder(folder);
  await lock.check();
  const file = join(folder, 'lock');
  await expect(lockFolder(folder)).rejects.toThrow(
    new Error(
      `lockFolder: ${folder} is in use by process ${process.pid} on ${hostname()} (last sign of life 0 s ago). Wait for it or end it; if it is gone, remove ${file}.`,
    ),
  );
  await lock.release();
  expect(existsSync(file)).toBe(false);
  await (await lockFolder(folder)).release();
});

it('names the process of another host that has it', async () => {
  const folder = temporaryFolder();
  writeLock(folder, { pid: 77, host: 'far-away' }, 42);
  await expect(lockFolder(folder)).rejects.toThrow(
    `lockFolder: ${folder} is in use by process 77 on far-away (last sign of life 42 s ago).`,
  );
});

it('takes over the lock of a process of this host that has ended', async () => {
  const folder = temporaryFolder();
  writeLock(folder, { pid: endedPid(), host: hostname() });
  const lock = await lockFolder(folder);
  await lock.check();
  expect(JSON.parse(readFileSync(join(folder, 'lock'), 'utf8'))).toMatchObject({
    pid: process.pid,
  });
  await lock.release();
});

it.each([
  ['another host’s process', { pid: 77, host: 'far-away' }],
  ['a living process, whose id may be another’s by now', { pid: process.pid, host: hostname() }],
])('takes over the lock of %s that was silent for five minutes', async (_, holder) => {
  const folder = temporaryFolder();
  writeLock(folder, holder, 299);
  await expect(lockFolder(folder)).rejects.toThrow('is in use by process');
  writeLock(folder, holder, 301);
  await (await lockFolder(folder)).release();
});

it('takes a lock that is not wholly written for one in the making, but not for ever', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'lock');
  for (const text of ['', '{"pid"', 'null', '3']) {
    writeFileSync(file, text);
    await expect(lockFolder(folder)).rejects.toThrow('is in use by another process');
  }
  utimesSync(file, 0, 0);
  await (await lockFolder(folder)).release();
});

it('tells its holder that it was taken over, and is not released by that one', async () => {
  const folder = temporaryFolder();
  const lock = await lockFolder(folder);
  const file = writeLock(folder, { pid: 77, host: 'far-away' });
  await expect(lock.check()).rejects.toThrow(
    new Error(
      `lockFolder: ${folder} was taken over by process 77 on far-away, because this one gave no sign of life for 5 minutes. This one ends.`,
    ),
  );
  await lock.release();
  expect(existsSync(file)).toBe(true);
});

it('tells its holder that the folder was removed', async () => {
  const folder = join(temporaryFolder(), 'run');
  const lock = await lockFolder(folder);
  rmSync(folder, { recursive: true });
  await expect(lock.check()).rejects.toThrow(
    new Error(
      `lockFolder: ${folder} must not be removed while it is written to, but ${join(folder, 'lock')} is gone. This training ends.`,
    ),
  );
  await lock.release();
});

it('is had by one of many that want it at once, fresh or stale', async () => {
  for (const stale of [false, true]) {
    const folder = temporaryFolder();
    if (stale) writeLock(folder, { pid: endedPid(), host: hostname() });
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => lockFolder(folder)));
    const locks = results.flatMap((result) =>
      result.status === 'fulfilled' ? [result.value] : [],
    );
    const checks = await Promise.allSettled(locks.map((lock) => lock.check()));
    expect(checks.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const lock of locks) await lock.release();
  }
});

it('shows a sign of life every 15 seconds', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const folder = temporaryFolder();
  const lock = await lockFolder(folder);
  const file = join(folder, 'lock');
  utimesSync(file, 1, 1);
  vi.advanceTimersByTime(14_999);
  expect(statSync(file).mtimeMs).toBe(1000);
  vi.advanceTimersByTime(1);
  const isRecent = () => expect(statSync(file).mtimeMs).toBeGreaterThan(Date.now() - 60_000);
  await vi.waitFor(isRecent, { timeout: 10_000 });
  await lock.release();
});
