import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { openCheckpointFolder, type Checkpoint } from './checkpoint-folder.js';

const identity = { model: 'bm3', seed: 1, 'data (SHA-256)': 'abc' };

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mmrec-checkpoint-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'checkpoint');
}

const checkpointOf = (epoch: number): Checkpoint => ({
  epoch,
  tensors: {
    'model/users': { shape: [2, 2], data: Float32Array.of(epoch, 0.1, -0, 1e-40) },
    'model/graph': { shape: [2], data: Int32Array.of(-1, epoch) },
  },
  state: { history: [{ epoch, loss: 0.1 + 0.2 }], best: null },
});

/** A folder with the checkpoints of some epochs. */
async function folderWith(...epochs: readonly number[]): Promise<string> {
  const path = temporaryFolder();
  const folder = await openCheckpointFolder(path, { identity, resume: false });
  for (const epoch of epochs) await folder.write(checkpointOf(epoch));
  return path;
}

/** Reads the newest checkpoint as a new process would. */
async function readLatest(path: string) {
  const onDamaged = vi.fn<(message: string) => void>();
  const folder = await openCheckpointFolder(path, { identity, resume: true, onDamaged });
  const found = await folder.readLatest();
  return { found, warnings: onDamaged.mock.calls.map(([message]) => message) };
}

it('gives the newest back, and keeps it and the one before', async () => {
  const path = await folderWith(1, 9, 10, 11);
  expect(readdirSync(path).sort()).toEqual([
    'epoch-10.json',
    'epoch-10.safetensors',
    'epoch-11.json',
    'epoch-11.safetensors',
    'identity.json',
  ]);
  expect(await readLatest(path)).toEqual({ found: checkpointOf(11), warnings: [] });
});

it('has none at first, and none when started anew', async () => {
  expect(await readLatest(temporaryFolder())).toEqual({ found: undefined, warnings: [] });
  const path = await folderWith(1);
  await openCheckpointFolder(path, { identity, resume: false });
  expect(readdirSync(path)).toEqual(['identity.json']);
});

it('takes no checkpoint whose state isn’t written, and clears away what killed processes began', async () => {
  const path = await folderWith(4);
  const leftover = 'epoch-5.json.3f2b8c1e-0a4d-4c55-9b1e-6a7f00112233.tmp';
  for (const name of ['epoch-5.safetensors', leftover]) writeFileSync(join(path, name), 'half');
  expect(await readLatest(path)).toEqual({ found: checkpointOf(4), warnings: [] });
  expect(readdirSync(path)).not.toContain(leftover);
  const folder = await openCheckpointFolder(path, { identity, resume: true });
  await folder.write(checkpointOf(5));
  expect((await readLatest(path)).found).toEqual(checkpointOf(5));
});

const changeByte = (file: string, at: number) => {
  const bytes = readFileSync(file);
  bytes[at]! ^= 1;
  writeFileSync(file, bytes);
};
const dataAt = (file: string) => 8 + Number(readFileSync(file).readBigUInt64LE());

interface Damage {
  readonly what: string;
  readonly name: string;
  readonly damage: (file: string) => void;
  /** What the message says of it, `FILE` being the file. */
  readonly reason: string;
}

it.each<Damage>([
  {
    what: 'a changed number',
    name: 'epoch-2.safetensors',
    damage: (file) => changeByte(file, dataAt(file) + 5),
    reason: "its contents don't match its checksum",
  },
  {
    what: 'a truncated file',
    name: 'epoch-2.safetensors',
    damage: (file) => truncateSync(file, 100),
    reason:
      'readSafetensors: FILE: the header must fit the file, got 100 bytes: the file is truncated.',
  },
  {
    what: 'a missing file',
    name: 'epoch-2.safetensors',
    damage: (file) => rmSync(file),
    reason: "ENOENT: no such file or directory, open 'FILE'",
  },
  {
    what: 'a truncated state',
    name: 'epoch-2.json',
    damage: (file) => truncateSync(file, 0),
    reason: 'Unexpected end of JSON input',
  },
])('names $what, and takes the checkpoint before', async ({ name, damage, reason }) => {
  const path = await folderWith(1, 2);
  const file = join(path, name);
  damage(file);
  const { found, warnings } = await readLatest(path);
  expect(found).toEqual(checkpointOf(1));
  expect(warnings).toEqual([`resume: ${file} is damaged: ${reason.replace('FILE', file)}`]);
});

it('finds a changed state', async () => {
  const path = await folderWith(1, 2);
  const file = join(path, 'epoch-2.json');
  writeFileSync(file, readFileSync(file, 'utf8').replace('0.30000000000000004', '0.3'));
  const { found, warnings } = await readLatest(path);
  expect(found).toEqual(checkpointOf(1));
  expect(warnings).toHaveLength(1);
});

it('finds any byte of the tensors that is changed', async () => {
  const path = await folderWith(1, 2);
  const file = join(path, 'epoch-2.safetensors');
  const { length } = readFileSync(file);
  for (let at = 0; at < length; at++) {
    // Blanks between the header and the numbers carry nothing.
    const isBlank = readFileSync(file)[at] === 0x20;
    changeByte(file, at);
    const { found } = await readLatest(path);
    if (!isBlank) expect(found, `byte ${at}`).toEqual(checkpointOf(1));
    changeByte(file, at);
  }
  expect((await readLatest(path)).found).toEqual(checkpointOf(2));
});

it('refuses when all are damaged', async () => {
  const path = await folderWith(1, 2);
  for (const epoch of [1, 2]) truncateSync(join(path, `epoch-${epoch}.json`), 9);
  await expect(readLatest(path)).rejects.toThrow(
    new Error(
      `resume: ${path} holds no checkpoint that is whole: all 2 are damaged. Start again with --force.`,
    ),
  );
});

it('refuses one of a newer format rather than going back', async () => {
  const path = await folderWith(1, 2);
  const file = join(path, 'epoch-2.json');
  writeFileSync(file, readFileSync(file, 'utf8').replace('"version":1', '"version":2'));
  await expect(readLatest(path)).rejects.toThrow(
    new Error(`resume: ${file}: version must be 1, got 2. Resume with the mmrec that wrote it.`),
  );
});

it('refuses those of another training, naming every difference, and leaves them', async () => {
  const path = await folderWith(1);
  const before = readdirSync(path);
  const other = { model: 'bm3', seed: 2, 'data (SHA-256)': 'abc', dropout: 0.5 };
  await expect(openCheckpointFolder(path, { identity: other, resume: true })).rejects.toThrow(
    new Error(
      `resume: ${path} belongs to another training (seed 1 there, 2 here; dropout absent there, 0.5 here). Resume with its settings and data, or start again with --force.`,
    ),
  );
  expect(readdirSync(path)).toEqual(before);
});

it('refuses when nothing says whose they are', async () => {
  const path = await folderWith(1);
  writeFileSync(join(path, 'identity.json'), '{');
  await expect(readLatest(path)).rejects.toThrow(
    `resume: ${join(path, 'identity.json')} is damaged, so that nothing says whose checkpoints these are: `,
  );
});
