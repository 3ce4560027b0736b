import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ItemDetails } from '@mmrec/serve';
import type { ItemSummary } from './studio-api.js';
import { kindField } from './map-fields.js';

/** What is known of items, by row. */
export interface ItemCatalogue {
  readonly ids: readonly string[];
  readonly details: readonly ItemDetails[];
  readonly popularity: Int32Array;
  /** Name of the field that tells kinds of items apart. */
  readonly kind: string | undefined;
  readonly hasPictures: boolean;
  rowOf(id: string): number | undefined;
  summary(row: number): ItemSummary;
  /** The picture's file relative to the dataset folder, as the catalogue names it: not to be trusted. */
  pictureOf(row: number): string | undefined;
}

/** What a catalogue is made of. */
export interface ItemCatalogueInputs {
  readonly ids: readonly string[];
  readonly details: readonly ItemDetails[];
  readonly popularity: Int32Array;
  readonly dataFolder: string;
}

/** Joins what the dataset folder knows of its items. */
export function createItemCatalogue(inputs: ItemCatalogueInputs): ItemCatalogue {
  const { ids, details, popularity, dataFolder } = inputs;
  const rows = new Map(ids.map((id, row) => [id, row] as const));
  const files = picturesByRow(dataFolder);
  const kind = kindField(details);
  const pictureOf = (row: number): string | undefined => {
    const { image } = details[row]!;
    return typeof image === 'string' && image !== '' ? image : files.get(row);
  };
  return {
    ids,
    details,
    popularity,
    kind,
    hasPictures: ids.some((_, row) => pictureOf(row) !== undefined),
    rowOf: (id) => rows.get(id),
    pictureOf,
    summary: (row) => {
      const id = ids[row]!;
      const { title, [kind ?? '']: value } = details[row]!;
      return {
        id,
        ...(title !== undefined && { title }),
        ...(pictureOf(row) !== undefined && {
          picture: `/api/picture?id=${encodeURIComponent(id)}`,
        }),
        popularity: popularity[row]!,
        ...(kind !== undefined && typeof value === 'string' && { kind: value }),
      };
    },
  };
}

/** Files `images/<row>.<ending>`, which items without an `image` of their own have. */
function picturesByRow(dataFolder: string): ReadonlyMap<number, string> {
  const folder = join(dataFolder, 'images');
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return new Map(
    names.flatMap((name) => {
      const [, row] = /^(\d+)\.(?:png|jpe?g|webp)$/.exec(name) ?? [];
      return row === undefined ? [] : [[Number(row), `images/${name}`] as const];
    }),
  );
}
