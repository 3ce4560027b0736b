import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { openCheckpointFolder } from './checkpoint-folder.js';

const identity = { seed: 1 };
const checkpointOf = (epoch: number) => ({
  epoch,
  tensors: { users: { shape: [4], data: new Float32Array(4).fill(epoch) } },
  state: { epoch },
});

/** Makes writing fail once so many bytes were written, as a full disk does: what fits has been written. */
function fillDiskAfter(bytes: number, code: string): void {
  const files = process.getBuiltinModule('node:fs/promises');
  const { open } = files;
  let left = bytes;
  const spy = vi.spyOn(files, 'open').mockImplementation(async (...args) => {
    const handle = await open(...args);
    const write = handle.writeFile.bind(handle);
    handle.writeFile = async (data) => {
      const buffer = Buffer.from(data as Uint8Array);
      const fits = buffer.subarray(0, left);
      left -= fits.length;
      await write(fits);
      if (fits.length < buffer.length) {
        throw Object.assign(new Error(`${code}: no space, write`), { code });
      }
    };
    return handle satisfies FileHandle;
  });
  onTestFinished(() => spy.mockRestore());
}

it.each(
  // Within the header, the numbers, the state, and at each one's end.
  [0, 10, 88, 96, 100, 103, 110, 160],
)('a disk that is full after %d bytes leaves the last checkpoint whole', async (bytes) => {
  const parent = mkdtempSync(join(tmpdir(), 'mmrec-full-'));
  onTestFinished(() => rmSync(parent, { recursive: true, force: true }));
  const path = join(parent, 'checkpoint');
  const folder = await openCheckpointFolder(path, { identity, resume: false });
  await folder.write(checkpointOf(1));
  fillDiskAfter(bytes, 'ENOSPC');
  await expect(folder.write(checkpointOf(2))).rejects.toThrow(
    new Error(
      `train: ${path} can't be written: the disk is full. Make room, and go on with --resume; what was saved before is kept.`,
    ),
  );
  vi.restoreAllMocks();
  expect(readdirSync(path).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  const again = await openCheckpointFolder(path, { identity, resume: true });
  expect(await again.readLatest()).toEqual(checkpointOf(1));
});

it('a folder that was removed is named', async () => {
  const parent = mkdtempSync(join(tmpdir(), 'mmrec-removed-'));
  const path = join(parent, 'checkpoint');
  const folder = await openCheckpointFolder(path, { identity, resume: false });
  rmSync(parent, { recursive: true });
  await expect(folder.write(checkpointOf(1))).rejects.toThrow(
    new Error(
      `train: ${path} can't be written: the folder is gone. Was it removed while training? Put it back, and go on with --resume; what was saved before is kept.`,
    ),
  );
});
