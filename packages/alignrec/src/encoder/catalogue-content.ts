/** Images of a catalogue as the encoder reads them: squares of patches, and the visual token of each patch. */
export interface PatchImages {
  /** Patches in a row or column of an image. */
  readonly gridSize: number;
  /** Numbers a patch. */
  readonly columns: number;
  /** Patches row by row, item after item, `[numItems · gridSize², columns]`, around 0; zeros where missing. */
  readonly patches: Float32Array;
  /** Nearest entry of the codebook, `[numItems · gridSize²]`. */
  readonly tokens: Int32Array;
  /** Size of the codebook. */
  readonly numTokens: number;
  /** 1 where an item has no image, `[numItems]`. */
  readonly missing: Uint8Array;
}

/** Texts of a catalogue as the encoder reads them. An item of no tokens has no text. */
export interface TokenTexts {
  /** Tokens of item i: `tokens[offsets[i]] … tokens[offsets[i + 1] − 1]`, `[numItems + 1]`. */
  readonly offsets: Int32Array;
  /** `0 … numTokens − 1`; {@link maskToken} stands for none of them. */
  readonly tokens: Int32Array;
  /** Size of the vocabulary, the mask included. */
  readonly numTokens: number;
  /** Longest text. */
  readonly maxTokens: number;
}

/** Images and texts of a catalogue: all that the encoder sees. */
export interface CatalogueContent {
  readonly numItems: number;
  readonly images: PatchImages;
  readonly texts: TokenTexts;
}

/** The vocabulary's entry that hides a token. */
export const maskToken = 0;

/** Patches of one image. */
export const patchesOf = ({ gridSize }: PatchImages) => gridSize * gridSize;

/** Tokens of an item's text. */
export const lengthOf = ({ offsets }: TokenTexts, item: number) =>
  offsets[item + 1]! - offsets[item]!;
