import type { FeatureMatrix } from '@mmrec/core';
import { embedContent, type ItemFeatures } from '../model/content-map.js';
import type { ServingModel } from '../model/serving-model.js';
import { dot } from '../model/vectors.js';
import type { ItemTable } from './item-table.js';
import type { FoldIn } from './resolve-query.js';

/** Why an item got its score: two ways to split it into a sum. */
export interface Explanation {
  readonly item: string;
  readonly title?: string;
  readonly score: number;
  /**
   * `score` = all of `items` + `everyone` + `rest`: what each item of the history adds, largest first; what the item
   * would get of anyone; and what training knows of the user beyond that (0 for a new user).
   */
  readonly byHistory: {
    readonly items: readonly {
      readonly item: string;
      readonly title?: string;
      readonly contribution: number;
    }[];
    readonly everyone: number;
    readonly rest: number;
  };
  /**
   * `score` = `average` + all of `modalities` + `interactions`: what an item without any features would get, what each
   * modality of the item adds, and what only interactions tell of it. Undefined where the run has no features.
   */
  readonly byModality?: {
    readonly average: number;
    readonly modalities: Readonly<Record<string, number>>;
    readonly interactions: number;
  };
}

/** Whose score is explained. */
export interface ExplainedScore {
  /** The user's embedding, `[d]`. */
  readonly user: Float32Array;
  /** Rows of the items that the user had. */
  readonly history: Int32Array;
  /** Row of the item. */
  readonly item: number;
}

/** What explanations are made from. */
export interface ExplainInputs {
  readonly model: ServingModel;
  readonly table: ItemTable;
  readonly foldIn: FoldIn;
}

/** Splits a score by history and by modality. */
export function explainScore(
  { model, table, foldIn }: ExplainInputs,
  { user, history, item }: ExplainedScore,
): Explanation {
  const embedding = table.embeddingOf(item);
  const score = dot(user, embedding);
  const everyone = dot(model.foldIn.intercept, embedding);
  const contributions = foldIn.contributions(history, embedding);
  const told = contributions.reduce((sum, value) => sum + value, 0);
  const byModality = splitByModality({ model, table }, { item, user, score });
  return {
    ...nameOf(table, item),
    score,
    byHistory: {
      items: Array.from(history, (row, at) => ({
        ...nameOf(table, row),
        contribution: contributions[at]!,
      })).sort((a, b) => b.contribution - a.contribution),
      everyone,
      rest: score - everyone - told,
    },
    ...(byModality && { byModality }),
  };
}

/**
 * The content map is affine: of an item with one modality alone it makes the mean embedding and what that modality
 * adds to it.
 */
function splitByModality(
  { model, table }: Pick<ExplainInputs, 'model' | 'table'>,
  {
    item,
    user,
    score,
  }: { readonly item: number; readonly user: Float32Array; readonly score: number },
): Explanation['byModality'] {
  const features = table.addedFeatures(item) ?? featuresOf(model.features, item);
  if (!model.content || !features) return undefined;
  const { content } = model;
  const average = dot(user, content.average);
  const modalities = Object.fromEntries(
    Object.entries(features).map(([name, values]) => [
      name,
      dot(user, embedContent(content, { [name]: values })) - average,
    ]),
  );
  const told = Object.values(modalities).reduce((sum, value) => sum + value, average);
  return { average, modalities, interactions: score - told };
}

/** An item's features, without modalities that it lacks. */
function featuresOf(
  features: Readonly<Record<string, FeatureMatrix>> | undefined,
  item: number,
): ItemFeatures | undefined {
  if (!features) return undefined;
  return Object.fromEntries(
    Object.entries(features)
      .filter(([, { missing }]) => !missing?.[item])
      .map(([name, { columns, data }]) => [
        name,
        data.subarray(item * columns, (item + 1) * columns),
      ]),
  );
}

const nameOf = ({ ids, details }: ItemTable, row: number) => {
  const title = details[row]?.title;
  return { item: ids[row]!, ...(title !== undefined && { title }) };
};
