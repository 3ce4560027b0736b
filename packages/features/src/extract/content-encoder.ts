/** Where an encoder's vectors come from: what made them, from which weights, after what preparation. */
export interface EncoderIdentity {
  /** Name as it was asked for: a model's id or folder, or one of the built-in names. */
  readonly encoder: string;
  /** Packages that compute it, with their versions. */
  readonly software: string;
  /** SHA-256 of each file of the model: weights, settings, tokenizer. Empty for an encoder without a model. */
  readonly files: Readonly<Record<string, string>>;
  /** What is done before and after encoding. */
  readonly preprocessing: string;
}

/** Turns contents (texts, pictures) into vectors. */
export interface ContentEncoder<Content = unknown> {
  readonly identity: EncoderIdentity;
  /** Numbers of a vector. */
  readonly columns: number;
  /** Contents encoded at a time by default. */
  readonly batchSize: number;
  /** Makes a content of its bytes, such as pixels of a picture's file; throws if that can't be done. */
  prepare(bytes: Uint8Array): Promise<Content>;
  /** Vectors of some contents, one after the other, `[contents.length, columns]`. */
  encode(contents: readonly Content[]): Promise<Float32Array>;
  dispose(): Promise<void>;
}

/** An encoder that learns from the whole catalogue first: its vectors mean nothing outside of it and aren't cached. */
export interface CatalogueEncoder {
  readonly identity: EncoderIdentity;
  readonly columns: number;
  /** Vectors of all texts, `[texts.length, columns]`. */
  encodeAll(texts: readonly string[]): Promise<Float32Array>;
}

/** An item's content, in one modality or several. */
export interface ExtractItem {
  readonly id: string | number;
  /** Absent or blank: the item has no text. */
  readonly text?: string | undefined;
  /** Path of a picture; absent: the item has none. */
  readonly imageFile?: string | undefined;
}
