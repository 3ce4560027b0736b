import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

// Models for tests, of a few numbers, in the format that ONNX Runtime reads: protocol buffers, written by hand. Field
// numbers are those of onnx.proto3.

type Message = readonly (readonly [field: number, value: number | string | Uint8Array])[];

/** A protocol-buffer message: numbers as varints, texts and bytes with their lengths. */
function encodeMessage(fields: Message): Uint8Array {
  const parts = fields.map(([field, value]) => {
    if (typeof value === 'number') return Buffer.concat([varint(field << 3), varint(value)]);
    const bytes = Buffer.from(value as Uint8Array);
    return Buffer.concat([varint((field << 3) | 2), varint(bytes.length), bytes]);
  });
  return Buffer.concat(parts);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) | 0x80);
  }
}

const [float32, int64] = [1, 7];

/** ValueInfoProto: a named tensor with sizes by number or by name. */
function tensorInfo(name: string, type: number, sizes: readonly (number | string)[]): Uint8Array {
  const dimensions = sizes.map((size) =>
    encodeMessage([typeof size === 'number' ? [1, size] : [2, size]]),
  );
  const shape = encodeMessage(dimensions.map((dimension) => [1, dimension] as const));
  const tensor = encodeMessage([
    [1, type],
    [2, shape],
  ]);
  return encodeMessage([
    [1, name],
    [2, encodeMessage([[1, tensor]])],
  ]);
}

/** TensorProto: constant numbers. */
function constant(name: string, dims: readonly number[], numbers: Float32Array): Uint8Array {
  return encodeMessage([
    ...dims.map((size) => [1, size] as const),
    [2, float32],
    [8, name],
    [9, new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength)],
  ]);
}

/** NodeProto: an operator. */
function node(operator: string, inputs: readonly string[], output: string): Uint8Array {
  return encodeMessage([...inputs.map((input) => [1, input] as const), [2, output], [4, operator]]);
}

interface Graph {
  readonly nodes: readonly Uint8Array[];
  readonly constants: readonly Uint8Array[];
  readonly inputs: readonly Uint8Array[];
  readonly output: Uint8Array;
}

function model({ nodes, constants, inputs, output }: Graph): Uint8Array {
  const graph = encodeMessage([
    ...nodes.map((bytes) => [1, bytes] as const),
    [2, 'tiny'],
    ...constants.map((bytes) => [5, bytes] as const),
    ...inputs.map((bytes) => [11, bytes] as const),
    [12, output],
  ]);
  return encodeMessage([
    [1, 8],
    [7, graph],
    [8, encodeMessage([[2, 13]])],
  ]);
}

function writeFolder(folder: string, files: Readonly<Record<string, unknown>>): string {
  mkdirSync(join(folder, 'onnx'), { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    const bytes = content instanceof Uint8Array ? content : JSON.stringify(content);
    writeFileSync(join(folder, name), bytes);
  }
  return folder;
}

/** Words that {@link writeTinyTextModel} knows; a token's number is its place here. */
export const tinyWords = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', 'red', 'blue', 'cup', 'train'];

/**
 * A text model that looks each token's vector up and does nothing else: BERT by its settings.
 *
 * @param vectors - `[tinyWords.length, columns]`
 */
export function writeTinyTextModel(folder: string, vectors: Float32Array): string {
  const columns = vectors.length / tinyWords.length;
  const sizes = ['batch', 'length'];
  const names = ['input_ids', 'attention_mask', 'token_type_ids'];
  return writeFolder(folder, {
    'config.json': {
      model_type: 'bert',
      architectures: ['BertModel'],
      hidden_size: columns,
      vocab_size: tinyWords.length,
    },
    'tokenizer_config.json': {
      ...{ tokenizer_class: 'BertTokenizer', model_max_length: 8 },
      ...{ pad_token: '[PAD]', unk_token: '[UNK]', cls_token: '[CLS]', sep_token: '[SEP]' },
    },
    'tokenizer.json': {
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: ['[PAD]', '[UNK]', '[CLS]', '[SEP]'].map((content, id) => ({
        ...{ id, content, special: true },
        ...{ single_word: false, lstrip: false, rstrip: false, normalized: false },
      })),
      normalizer: {
        ...{ type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true },
        ...{ strip_accents: null, lowercase: true },
      },
      pre_tokenizer: { type: 'BertPreTokenizer' },
      post_processor: {
        type: 'TemplateProcessing',
        single: [
          { SpecialToken: { id: '[CLS]', type_id: 0 } },
          { Sequence: { id: 'A', type_id: 0 } },
          { SpecialToken: { id: '[SEP]', type_id: 0 } },
        ],
        pair: [],
        special_tokens: {
          '[CLS]': { id: '[CLS]', ids: [2], tokens: ['[CLS]'] },
          '[SEP]': { id: '[SEP]', ids: [3], tokens: ['[SEP]'] },
        },
      },
      decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
      model: {
        ...{ type: 'WordPiece', unk_token: '[UNK]', continuing_subword_prefix: '##' },
        max_input_chars_per_word: 100,
        vocab: Object.fromEntries(tinyWords.map((word, id) => [word, id])),
      },
    },
    'onnx/model.onnx': model({
      nodes: [node('Gather', ['vectors', 'input_ids'], 'last_hidden_state')],
      constants: [constant('vectors', [tinyWords.length, columns], vectors)],
      inputs: names.map((name) => tensorInfo(name, int64, sizes)),
      output: tensorInfo('last_hidden_state', float32, [...sizes, columns]),
    }),
  });
}

/**
 * An image model that multiplies the mean red, green and blue of a 4 × 4 picture by a matrix: CLIP's image tower by
 * its settings. Levels run from −1 to 1.
 *
 * @param weights - `[3, columns]`
 */
export function writeTinyImageModel(folder: string, weights: Float32Array): string {
  const columns = weights.length / 3;
  return writeFolder(folder, {
    'config.json': {
      model_type: 'clip',
      architectures: ['CLIPModel'],
      projection_dim: columns,
      vision_config: { model_type: 'clip_vision_model', image_size: 4 },
    },
    'preprocessor_config.json': {
      image_processor_type: 'CLIPImageProcessor',
      ...{ do_resize: true, size: { shortest_edge: 4 }, resample: 3 },
      ...{ do_center_crop: true, crop_size: { height: 4, width: 4 }, do_convert_rgb: true },
      ...{ do_rescale: true, rescale_factor: 1 / 255 },
      ...{ do_normalize: true, image_mean: [0.5, 0.5, 0.5], image_std: [0.5, 0.5, 0.5] },
    },
    'onnx/vision_model.onnx': model({
      nodes: [
        node('GlobalAveragePool', ['pixel_values'], 'pooled'),
        node('Flatten', ['pooled'], 'means'),
        node('MatMul', ['means', 'weights'], 'image_embeds'),
      ],
      constants: [constant('weights', [3, columns], weights)],
      inputs: [tensorInfo('pixel_values', float32, ['batch', 3, 4, 4])],
      output: tensorInfo('image_embeds', float32, ['batch', columns]),
    }),
  });
}
