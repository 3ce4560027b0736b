import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeOnnx } from '../files/encode-onnx.js';

// Models for tests, of a few numbers, in the format that ONNX Runtime reads.

function writeFolder(folder: string, files: Readonly<Record<string, unknown>>): string {
  mkdirSync(join(folder, 'onnx'), { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    const isOnnx = name.endsWith('.onnx');
    const bytes = isOnnx ? Buffer.concat(content as Uint8Array[]) : JSON.stringify(content);
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
    'onnx/model.onnx': encodeOnnx({
      name: 'tiny',
      nodes: [
        {
          operator: 'Gather',
          inputs: ['vectors', 'input_ids'],
          outputs: ['last_hidden_state'],
        },
      ],
      constants: { vectors: { shape: [tinyWords.length, columns], data: vectors } },
      inputs: Object.fromEntries(names.map((name) => [name, { type: 'int64', shape: sizes }])),
      outputs: { last_hidden_state: { type: 'float32', shape: [...sizes, columns] } },
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
    'onnx/vision_model.onnx': encodeOnnx({
      name: 'tiny',
      nodes: [
        { operator: 'GlobalAveragePool', inputs: ['pixel_values'], outputs: ['pooled'] },
        { operator: 'Flatten', inputs: ['pooled'], outputs: ['means'] },
        { operator: 'MatMul', inputs: ['means', 'weights'], outputs: ['image_embeds'] },
      ],
      constants: { weights: { shape: [3, columns], data: weights } },
      inputs: { pixel_values: { type: 'float32', shape: ['batch', 3, 4, 4] } },
      outputs: { image_embeds: { type: 'float32', shape: ['batch', columns] } },
    }),
  });
}
