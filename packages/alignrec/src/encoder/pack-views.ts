import type { RowGroups } from '@mmrec/ops';
import {
  lengthOf,
  maskToken,
  patchesOf,
  type CatalogueContent,
  type PatchImages,
  type TokenTexts,
} from './catalogue-content.js';

/** An item as the encoder is shown it. */
export interface View {
  readonly item: number;
  /** Patches to be predicted, hidden from the encoder; absent: none. */
  readonly maskedPatches?: Int32Array | undefined;
  /** Positions of tokens to be predicted, hidden from the encoder; absent: none. */
  readonly maskedTokens?: Int32Array | undefined;
  /** Whether the image, or the text, is left out altogether, as it is for an item that has none. */
  readonly hideImage?: boolean | undefined;
  readonly hideText?: boolean | undefined;
}

/** What is to be predicted of one modality. */
export interface Targets {
  /** Row of the encoder's states, `[n]`. */
  readonly rows: Int32Array;
  /** Token that is hidden there, `[n]`. */
  readonly tokens: Int32Array;
  /** View that it belongs to, `[n]`. */
  readonly views: Int32Array;
}

/**
 * Views side by side, without padding. Rows of images come first: for each view [CLS] and, unless the image is
 * hidden, its patches; then the rows of the texts.
 */
export interface PackedViews {
  /** `[imageRows, columns]`; zeros for [CLS] and for masked patches. */
  readonly pixels: Float32Array;
  /** 0 for [CLS], 1 + the patch's number for others, `[imageRows]`. */
  readonly places: Int32Array;
  /** 1 for masked patches, `[imageRows]`. */
  readonly masked: Int32Array;
  /** `[textRows]` */
  readonly tokens: Int32Array;
  /** Places in their texts, `[textRows]`. */
  readonly positions: Int32Array;
  /** The rows of each view, which attend to each other. */
  readonly groups: RowGroups;
  /** Row of [CLS], `[views]`. */
  readonly cls: Int32Array;
  readonly maskedPatches: Targets;
  readonly maskedTokens: Targets;
  /** Every patch of the images, and every token of the texts, of which some are masked. */
  readonly allPatches: Targets;
  readonly allTokens: Targets;
}

/** A view and how many of its patches and tokens the encoder gets. */
interface Extent {
  readonly view: View;
  readonly patches: number;
  readonly tokens: number;
}

/** Puts views side by side. */
export function packViews(content: CatalogueContent, views: readonly View[]): PackedViews {
  const { images, texts } = content;
  const extents = views.map((view) => ({
    view,
    patches: view.hideImage === true || images.missing[view.item] === 1 ? 0 : patchesOf(images),
    tokens: view.hideText === true ? 0 : lengthOf(texts, view.item),
  }));
  const { cls, ...image } = packImages(images, extents);
  const { starts, ...text } = packTexts(texts, extents, image.places.length);
  return { ...image, ...text, cls, groups: groupRows(extents, cls, starts) };
}

/** Rows of the images: [CLS] and the patches of each view. */
function packImages(images: PatchImages, extents: readonly Extent[]) {
  const { columns } = images;
  const numRows = extents.reduce((total, { patches }) => total + 1 + patches, 0);
  const pixels = new Float32Array(numRows * columns);
  const [places, masked] = [new Int32Array(numRows), new Int32Array(numRows)];
  const cls = new Int32Array(extents.length);
  const [targets, all] = [createTargets(), createTargets()];
  let row = 0;
  extents.forEach(({ view, patches }, at) => {
    cls[at] = row++;
    const first = view.item * patchesOf(images);
    const hidden = new Set(view.maskedPatches);
    for (let patch = 0; patch < patches; patch++, row++) {
      places[row] = 1 + patch;
      const token = images.tokens[first + patch]!;
      if (hidden.size > 0) all.add(row, { token, view: at });
      if (hidden.has(patch)) {
        masked[row] = 1;
        targets.add(row, { token, view: at });
      } else {
        const from = (first + patch) * columns;
        pixels.set(images.patches.subarray(from, from + columns), row * columns);
      }
    }
  });
  return { pixels, places, masked, cls, maskedPatches: targets.list(), allPatches: all.list() };
}

/** Rows of the texts, the first of them with the number `firstRow`. */
function packTexts(texts: TokenTexts, extents: readonly Extent[], firstRow: number) {
  const numRows = extents.reduce((total, extent) => total + extent.tokens, 0);
  const [tokens, positions] = [new Int32Array(numRows), new Int32Array(numRows)];
  const starts = new Int32Array(extents.length);
  const [targets, all] = [createTargets(), createTargets()];
  let row = 0;
  extents.forEach(({ view, tokens: length }, at) => {
    starts[at] = firstRow + row;
    const first = texts.offsets[view.item]!;
    const hidden = new Set(view.maskedTokens);
    for (let position = 0; position < length; position++, row++) {
      const token = texts.tokens[first + position]!;
      positions[row] = position;
      tokens[row] = hidden.has(position) ? maskToken : token;
      if (hidden.size > 0) all.add(firstRow + row, { token, view: at });
      if (hidden.has(position)) targets.add(firstRow + row, { token, view: at });
    }
  });
  return { tokens, positions, starts, maskedTokens: targets.list(), allTokens: all.list() };
}

function groupRows(extents: readonly Extent[], cls: Int32Array, starts: Int32Array): RowGroups {
  const offsets = new Int32Array(extents.length + 1);
  const rows: number[] = [];
  extents.forEach(({ patches, tokens }, at) => {
    for (let row = 0; row <= patches; row++) rows.push(cls[at]! + row);
    for (let row = 0; row < tokens; row++) rows.push(starts[at]! + row);
    offsets[at + 1] = rows.length;
  });
  return { offsets, rows: Int32Array.from(rows) };
}

function createTargets() {
  const columns: Record<keyof Targets, number[]> = { rows: [], tokens: [], views: [] };
  return {
    add: (row: number, { token, view }: { readonly token: number; readonly view: number }) => {
      columns.rows.push(row);
      columns.tokens.push(token);
      columns.views.push(view);
    },
    list: (): Targets => ({
      rows: Int32Array.from(columns.rows),
      tokens: Int32Array.from(columns.tokens),
      views: Int32Array.from(columns.views),
    }),
  };
}
