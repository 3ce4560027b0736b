import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileError } from '../file-error.js';
import { hashFile } from './hash-file.js';
import type { SourceEntry } from './manifest.js';
import type { PreparePlan } from './prepare-options.js';
import type { SourceFile } from './source-file.js';

/** Sizes and hashes of all files, as the manifest lists them. @throws {Error} If one can't be read. */
export async function hashSources(plan: PreparePlan): Promise<SourceEntry[]> {
  const files = [
    ...plan.interactions.map((file) => ({ role: 'interactions' as const, ...described(file) })),
    ...plan.metadata.map((file) => ({ role: 'metadata' as const, ...described(file) })),
    ...plan.features.map(({ path, format }) => ({ role: 'features' as const, path, format })),
  ];
  const sizes = await Promise.all(files.map(({ path }) => sizeOf(path)));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const entries: SourceEntry[] = [];
  let done = 0;
  for (const { role, path, format } of files) {
    const entry = { role, file: basename(path), format };
    const onBytes = (bytes: number) => {
      done += bytes;
      plan.onProgress({ step: 'hash', what: entry.file, done, total, unit: 'bytes' });
    };
    entries.push(isRemote(path) ? entry : { ...entry, ...(await hashFile(path, onBytes)) });
  }
  return entries;
}

/** What work on files depends on. Work on a remote file is never taken over: it may have changed. */
export function identify(sources: readonly SourceEntry[]): unknown {
  return sources.map(({ sha256, format }) => [sha256 ?? randomUUID(), format]);
}

/** Bytes of the local files among those given. */
export async function totalBytes(files: readonly Pick<SourceFile, 'path'>[]): Promise<number> {
  const sizes = await Promise.all(files.map(({ path }) => sizeOf(path)));
  return sizes.reduce((sum, size) => sum + size, 0);
}

function described({ path, format }: SourceFile) {
  return { path, format: path.toLowerCase().endsWith('.gz') ? `${format}, gzip` : format };
}

const isRemote = (path: string) => /^[a-z][a-z\d]+:\/\//i.test(path);

async function sizeOf(path: string): Promise<number> {
  if (isRemote(path)) return 0;
  const { size } = await stat(path).catch((error: unknown) => {
    throw fileError('prepareDataset', path, error);
  });
  return size;
}
