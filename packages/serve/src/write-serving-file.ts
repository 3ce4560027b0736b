import { writeSafetensors } from '@mmrec/features';
import { packServingModel } from './model/serving-file.js';
import type { ServingModel } from './model/serving-model.js';

/**
 * Writes all that answers need as one file, which `loadRun` reads in a browser. Users and items are in it by their
 * ids: leave users out of it (`users: 'none'`) where the file is public.
 *
 * @param options - `users`: `all` (the default), or `none`: new users only, by their histories.
 */
export async function writeServingFile(
  file: string,
  model: ServingModel,
  { users = 'all' }: { readonly users?: 'all' | 'none' } = {},
): Promise<void> {
  const { tensors, metadata } = packServingModel(users === 'all' ? model : withoutUsers(model));
  await writeSafetensors(file, { tensors, metadata: { ...metadata } });
}

/** The model without users; how popular items are stays, as a history of nobody in particular. */
function withoutUsers(model: ServingModel): ServingModel {
  return { ...model, users: [], userEmbeddings: new Float32Array(0) };
}
