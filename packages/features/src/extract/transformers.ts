import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, join, relative, resolve } from 'node:path';
import type * as Transformers from '@huggingface/transformers';
import { hashFile, optionalPackage } from './optional-package.js';

/** Which model, and how it is computed. */
export interface TransformersModel {
  /** A model's id on the Hugging Face hub, `@revision` after it if need be, or a folder. */
  readonly model: string;
  /** Precision of the weights, such as `fp32`, `fp16` or `q8`: the file of the model that is taken. */
  readonly precision: string;
  /** Threads; absent: all cores. */
  readonly threads?: number | undefined;
}

/** Thrown when a model can't be had: no network, no such model. */
export class MissingModelError extends Error {
  override readonly name = 'MissingModelError';
}

/** Loads `@huggingface/transformers`. */
export async function loadTransformers(what: string): Promise<typeof Transformers> {
  const transformers = await optionalPackage(() => import('@huggingface/transformers'), {
    what,
    packages: '@huggingface/transformers',
  });
  // Warnings of every file that is tried and not needed.
  transformers.env.logLevel = transformers.LogLevel.ERROR;
  return transformers;
}

/** Where a model lies, if it is a folder. */
export function modelFolder(model: string): string | undefined {
  return existsSync(join(model, 'config.json')) ? resolve(model) : undefined;
}

/** Arguments of `from_pretrained`. */
export function loadingOptions({ model, precision, threads }: TransformersModel) {
  const folder = modelFolder(model);
  const [id = model, revision] = folder ? [folder] : model.split('@');
  return {
    id,
    options: {
      dtype: precision as 'fp32',
      ...(revision !== undefined && { revision }),
      ...(folder !== undefined && { local_files_only: true }),
      session_options: { intraOpNumThreads: threads ?? availableParallelism() },
    },
  };
}

/**
 * Names the model in whatever prevents it from loading.
 *
 * @throws {MissingModelError}
 */
export async function loadModel<T>(
  { model }: TransformersModel,
  load: () => Promise<T>,
): Promise<T> {
  try {
    return await load();
  } catch (error) {
    const cause = (error as { cause?: { code?: string; message?: string } }).cause;
    const reason = [(error as Error).message, cause?.code ?? cause?.message]
      .filter((part) => part !== undefined)
      .join(': ')
      .replaceAll(/\s+/g, ' ');
    throw new MissingModelError(`the model ${model} can't be loaded: ${reason}`, { cause: error });
  }
}

/** SHA-256 of the files of a model that has been loaded, by their names: settings, tokenizer and the weights used. */
export async function modelFileHashes(
  { env }: typeof Transformers,
  { model, precision }: TransformersModel,
): Promise<Record<string, string>> {
  const [id = model, revision] = model.split('@');
  const folder = modelFolder(model) ?? join(env.cacheDir ?? '', id, revision ?? '');
  const names = await filesOf(folder);
  const used = names.filter((name) => name.endsWith('.json') || isWeights(name, precision));
  const hashes: Record<string, string> = {};
  for (const name of used.sort()) hashes[name] = await hashFile(join(folder, name));
  return hashes;
}

async function filesOf(folder: string): Promise<string[]> {
  if (!existsSync(folder)) return [];
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}

const suffixes: Readonly<Record<string, string>> = { fp32: '', q8: '_quantized' };

function isWeights(name: string, precision: string): boolean {
  const suffix = suffixes[precision] ?? `_${precision}`;
  const stem = basename(name).replace(/\.onnx(_data.*)?$/, '');
  return (
    /\.onnx(_data.*)?$/.test(name) &&
    /^(model|vision_model|text_model)(.*)$/.exec(stem)?.[2] === suffix
  );
}

const probeMilliseconds = 8000;

/**
 * Asks whether a model is at hand or its hub answers, so that an unreachable one costs seconds, not minutes.
 *
 * @throws {MissingModelError} If not.
 */
export async function checkReachable(
  { env }: typeof Transformers,
  { model }: TransformersModel,
): Promise<void> {
  if (modelFolder(model)) return;
  const [id = model, revision = 'main'] = model.split('@');
  if (
    env.cacheDir &&
    existsSync(join(env.cacheDir, id, revision === 'main' ? '' : revision, 'config.json'))
  )
    return;
  const url = `${env.remoteHost}${id}/resolve/${encodeURIComponent(revision)}/config.json`;
  try {
    const { status } = await fetch(url, {
      method: 'HEAD',
      signal: AbortSignal.timeout(probeMilliseconds),
    });
    if (status === 200 || status === 401 || status === 403) return;
    throw new Error(`${url} answers ${status}`);
  } catch (error) {
    const { message, cause } = error as Error & { cause?: { code?: string } };
    const reason = [message, cause?.code].filter((part) => part !== undefined).join(': ');
    throw new MissingModelError(`the model ${model} can't be reached: ${reason}`, { cause: error });
  }
}
