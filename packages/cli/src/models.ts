import { alignrec } from '@mmrec/alignrec';
import { bm3 } from '@mmrec/bm3';
import { suggestion, type ModelDefinition } from '@mmrec/core';
import { lgmrec } from '@mmrec/lgmrec';
import { lightgcn } from '@mmrec/lightgcn';
import { mmssl } from '@mmrec/mmssl';
import { vbpr } from '@mmrec/vbpr';
import { UsageError } from './usage-error.js';

/** A model whose options are known at run time only. */
export type AnyModel = ModelDefinition<Record<string, unknown>>;

/** The models that the command knows, by name. */
export const models: Readonly<Record<string, AnyModel>> = Object.fromEntries(
  [alignrec, bm3, lgmrec, lightgcn, mmssl, vbpr].map((model) => [
    model.name,
    model as unknown as AnyModel,
  ]),
);

/**
 * @param where - The command, for the message.
 * @throws {UsageError} If there is no model of that name.
 */
export function findModel(name: string, where = 'train'): AnyModel {
  const model = Object.hasOwn(models, name) ? models[name] : undefined;
  if (model) return model;
  const names = Object.keys(models);
  throw new UsageError(
    `${where}: unknown model '${name}'.${suggestion(name, names)} Models: ${names.join(', ')}.`,
  );
}
