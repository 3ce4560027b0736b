import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { removeTemporaryFiles, writeFileAtomically } from './write-file-atomically.js';

it('replaces a file only when all was written', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mmrec-'));
  const file = join(folder, 'a.txt');
  await writeFile(file, 'before');
  const failing = writeFileAtomically(file, async (handle) => {
    await handle.writeFile('half');
    throw new Error('disk full');
  });
  await expect(failing).rejects.toThrow('disk full');
  expect(await readFile(file, 'utf8')).toBe('before');
  expect(await readdir(folder)).toEqual(['a.txt']);
  await writeFileAtomically(file, (handle) => handle.writeFile('after'));
  expect(await readFile(file, 'utf8')).toBe('after');
});

it('can clear away what a killed process began', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mmrec-'));
  const names = [
    'a.txt',
    'a.txt.3f2b8c1e-0a4d-4c55-9b1e-6a7f00112233.tmp',
    'mine.tmp',
    '3f2b8c1e-0a4d-4c55-9b1e-6a7f00112233',
  ];
  for (const name of names) await writeFile(join(folder, name), '');
  await removeTemporaryFiles(folder);
  expect((await readdir(folder)).sort()).toEqual([names[0], names[2], names[3]].sort());
});
