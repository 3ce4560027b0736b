import { Tokenizer } from '@huggingface/tokenizers';

/** A tokenizer's definition, as the file `tokenizer.json` of the Hugging Face libraries holds it. */
export type TokenizerJson = Readonly<Record<string, unknown>>;

/** Cuts texts into tokens. */
export interface CatalogueTokenizer {
  /** What it is made of; loads in the Hugging Face libraries of any language. */
  readonly json: TokenizerJson;
  /** Tokens of a text, as numbers of the tokenizer's own vocabulary. */
  encode(text: string): number[];
}

/**
 * A byte-level BPE tokenizer, trained on texts: whatever the language, every text has tokens.
 *
 * Texts are lower-cased, and cut into words as GPT-2 does; then the pair of neighbours that is most frequent (the
 * first by name of equals) becomes a token, until the vocabulary is full or no pair occurs twice.
 *
 * @param texts - What the tokens should be frequent in.
 * @param vocabularySize - Tokens wanted, at least the 256 bytes.
 * @see Sennrich et al., Neural machine translation of rare words with subword units, ACL 2016, §3.2.
 */
export function trainTokenizer(
  texts: readonly string[],
  vocabularySize: number,
): CatalogueTokenizer {
  const bytes = byteLetters();
  const cutter = new Tokenizer(describeTokenizer(bytes, []), {});
  const counts = new Map<string, number>();
  for (const text of texts) {
    const normal = cutter.normalizer ? cutter.normalizer.normalize(text) : text;
    for (const word of cutter.pre_tokenizer!.pre_tokenize(normal)) {
      counts.set(word, (counts.get(word) ?? 0) + 1);
    }
  }
  const words = [...counts].map(([word, count]) => ({ parts: Array.from(word), count }));
  const merges: [string, string][] = [];
  const vocabulary = [...bytes];
  const known = new Set(vocabulary);
  const pairs = countPairs(words);
  while (vocabulary.length < vocabularySize) {
    const best = mostFrequent(pairs);
    if (!best) break;
    const [left, right] = best;
    merges.push([left, right]);
    if (!known.has(left + right)) vocabulary.push(left + right);
    known.add(left + right);
    mergePair(words, pairs, best);
  }
  return loadTokenizer(describeTokenizer(vocabulary, merges));
}

/**
 * A tokenizer made elsewhere, or by {@link trainTokenizer} before.
 *
 * @param json - Contents of a `tokenizer.json`.
 * @throws {TypeError} If the library can't make a tokenizer of it.
 */
export function loadTokenizer(json: TokenizerJson): CatalogueTokenizer {
  let tokenizer: Tokenizer;
  try {
    tokenizer = new Tokenizer(json, {});
  } catch (error) {
    throw new TypeError(
      `loadTokenizer: json must be a tokenizer.json of the Hugging Face libraries: ${(error as Error).message}`,
      { cause: error },
    );
  }
  return {
    json,
    encode: (text) => tokenizer.encode(text, { add_special_tokens: false }).ids,
  };
}

function describeTokenizer(
  vocabulary: readonly string[],
  merges: readonly (readonly [string, string])[],
): TokenizerJson {
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer: { type: 'Sequence', normalizers: [{ type: 'NFC' }, { type: 'Lowercase' }] },
    pre_tokenizer: {
      type: 'ByteLevel',
      add_prefix_space: true,
      trim_offsets: true,
      use_regex: true,
    },
    post_processor: null,
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      vocab: Object.fromEntries(vocabulary.map((token, id) => [token, id])),
      merges: merges.map(([left, right]) => [left, right]),
    },
  };
}

/**
 * A printable letter for each byte, as byte-level tokenizers have it: bytes that print stand for themselves, the
 * others take the letters from U+0100 on.
 */
function byteLetters(): string[] {
  const prints = (byte: number) =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte !== 0xad);
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) =>
    String.fromCharCode(prints(byte) ? byte : next++),
  );
}

interface Word {
  parts: string[];
  readonly count: number;
}

/** A pair of neighbours, how often it occurs, and in which words (some perhaps no longer). */
interface Pair {
  readonly left: string;
  readonly right: string;
  count: number;
  readonly words: Set<number>;
}

/** No token holds a space: the byte has a letter of its own. */
const keyOf = (left: string, right: string) => `${left} ${right}`;

function countPairs(words: readonly Word[]): Map<string, Pair> {
  const pairs = new Map<string, Pair>();
  words.forEach((word, at) => {
    addPairs(pairs, { word, at, sign: 1 });
  });
  return pairs;
}

/** Adds a word's pairs to the counts, or takes them away. */
function addPairs(
  pairs: Map<string, Pair>,
  { word, at, sign }: { word: Word; at: number; sign: 1 | -1 },
): void {
  for (let part = 0; part + 1 < word.parts.length; part++) {
    const [left, right] = [word.parts[part]!, word.parts[part + 1]!];
    const key = keyOf(left, right);
    let pair = pairs.get(key);
    if (!pair) pairs.set(key, (pair = { left, right, count: 0, words: new Set() }));
    pair.count += sign * word.count;
    pair.words.add(at);
  }
}

function mostFrequent(pairs: ReadonlyMap<string, Pair>): [string, string] | undefined {
  let best: Pair | undefined;
  for (const pair of pairs.values()) {
    if (pair.count < 2) continue;
    const before =
      !best ||
      pair.count > best.count ||
      (pair.count === best.count && keyOf(pair.left, pair.right) < keyOf(best.left, best.right));
    if (before) best = pair;
  }
  return best && [best.left, best.right];
}

/** Joins a pair wherever it occurs, and keeps the counts right. */
function mergePair(
  words: readonly Word[],
  pairs: Map<string, Pair>,
  [left, right]: readonly [string, string],
): void {
  const { words: places } = pairs.get(keyOf(left, right))!;
  for (const at of [...places]) {
    const word = words[at]!;
    addPairs(pairs, { word, at, sign: -1 });
    const parts: string[] = [];
    for (const part of word.parts) {
      if (part === right && parts.at(-1) === left) parts.push(parts.pop()! + part);
      else parts.push(part);
    }
    word.parts = parts;
    addPairs(pairs, { word, at, sign: 1 });
  }
  pairs.delete(keyOf(left, right));
}
