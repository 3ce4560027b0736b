import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { inspectFeatures } from './inspect-features.js';
import { readFeatureFolder } from './read-feature-folder.js';
import { requireFeatures } from './require-features.js';
import { writeNpy } from './files/write-npy.js';

const folders: string[] = [];
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mmrec-features-'));
  folders.push(folder);
});
afterAll(() => Promise.all(folders.map((path) => rm(path, { recursive: true }))));

/** Writes a matrix of three rows. */
const put = (name: string, ...numbers: number[]) =>
  writeNpy(join(folder, name), {
    rows: 3,
    columns: numbers.length / 3,
    data: Float32Array.from(numbers),
  });

describe('readFeatureFolder', () => {
  it('names modalities by their files, in a fixed order, and leaves other files alone', async () => {
    for (const name of ['zoo_feat', 'a_feat', 'text', 'color_feat', 'image', '_feat', 'users']) {
      await put(`${name}.npy`, 1, 2, 3);
    }
    await writeFile(join(folder, 'image_feat.npy.bak'), 'x');
    const features = await readFeatureFolder(folder);
    expect(Object.keys(features)).toEqual(['visual', 'textual', 'acoustic', 'color', 'zoo']);
  });

  for (const [modality, stems] of [
    ['visual', ['image_feat', 'image', 'v_feat']],
    ['textual', ['text_feat', 'text', 't_feat']],
    ['acoustic', ['audio_feat', 'audio', 'a_feat']],
  ] as const) {
    it(`knows the file names of ${modality} features`, async () => {
      for (const stem of stems) {
        await put(`${stem}.npy`, 1, 2, 3);
        expect(Object.keys(await readFeatureFolder(folder))).toEqual([modality]);
        await rm(join(folder, `${stem}.npy`));
      }
    });
  }

  it('returns rows, columns, numbers and marks zero rows as missing', async () => {
    await put('v_feat.npy', 1, 2, 0, 0, 0, 3);
    await put('t_feat.npy', 1, 2, 3);
    const { visual, textual } = await readFeatureFolder(folder, { numItems: 3 });
    expect(visual).toEqual({
      rows: 3,
      columns: 2,
      data: Float32Array.of(1, 2, 0, 0, 0, 3),
      missing: Uint8Array.of(0, 1, 0),
    });
    expect(Object.keys(textual!)).toEqual(['rows', 'columns', 'data']);
  });

  it('reads chosen modalities only, in its own order', async () => {
    await put('a_feat.npy', 1, 2, 3);
    await put('v_feat.npy', 1, 2, 3);
    await put('t_feat.npy', NaN, 2, 3);
    const features = await readFeatureFolder(folder, { modalities: ['acoustic', 'visual'] });
    expect(Object.keys(features)).toEqual(['visual', 'acoustic']);
    expect(await readFeatureFolder(folder, { modalities: [] })).toEqual({});
  });

  it('refuses unknown modalities, naming the nearest and those there are', async () => {
    await put('a_feat.npy', 1, 2, 3);
    await put('v_feat.npy', 1, 2, 3);
    await expect(readFeatureFolder(folder, { modalities: ['visaul'] })).rejects.toThrow(
      "readFeatureFolder: unknown modality 'visaul'. Did you mean 'visual'? The folder has visual, acoustic.",
    );
    await rm(join(folder, 'a_feat.npy'));
    await rm(join(folder, 'v_feat.npy'));
    await expect(readFeatureFolder(folder, { modalities: ['visual'] })).rejects.toThrow(
      "readFeatureFolder: unknown modality 'visual'. The folder has none.",
    );
  });

  it('says how many values are not finite and where the first is', async () => {
    const path = join(folder, 'v_feat.npy');
    await put('v_feat.npy', 1, 2, 3, NaN, -Infinity, NaN);
    await expect(readFeatureFolder(folder)).rejects.toThrow(
      `readFeatureFolder: ${path} must hold finite numbers, got 2 NaN and 1 infinite of 6, the first in row 1, column 1.`,
    );
    await put('v_feat.npy', 1, 2, 3, 4, Infinity, 5);
    await expect(readFeatureFolder(folder)).rejects.toThrow(
      `readFeatureFolder: ${path} must hold finite numbers, got 1 infinite of 6, the first in row 2, column 0.`,
    );
  });

  it('refuses wrong row counts, vectors, matrices without columns', async () => {
    const path = join(folder, 'v_feat.npy');
    await put('v_feat.npy', 1, 2, 3);
    await expect(readFeatureFolder(folder, { numItems: 4 })).rejects.toThrow(
      `readFeatureFolder: ${path} must have 4 rows, one an item, got 3.`,
    );
    await put('t_feat.npy', 1, 2, 3);
    await writeNpy(path, { rows: 2, columns: 1, data: Float32Array.of(1, 2) });
    await expect(readFeatureFolder(folder)).rejects.toThrow(
      `readFeatureFolder: ${join(folder, 't_feat.npy')} must have 2 rows, one an item, got 3.`,
    );
    await put('v_feat.npy');
    await expect(readFeatureFolder(folder)).rejects.toThrow(
      `readFeatureFolder: ${path} must have shape [items, features], got [3, 0].`,
    );
    const vector = new URL('../fixtures/vector-f2.npy', import.meta.url);
    await copyFile(vector, path);
    await expect(readFeatureFolder(folder)).rejects.toThrow(
      `readFeatureFolder: ${path} must have shape [items, features], got [8].`,
    );
  });

  it('refuses two files of one modality', async () => {
    await put('image_feat.npy', 1, 2, 3);
    await put('v_feat.npy', 1, 2, 3);
    await expect(readFeatureFolder(folder)).rejects.toThrow(
      'readFeatureFolder: visual features must be in one file, got image_feat.npy and v_feat.npy.',
    );
  });

  it('refuses a folder that is not there, or is a file', async () => {
    const absent = join(folder, 'absent');
    await expect(readFeatureFolder(absent)).rejects.toThrow(
      `readFeatureFolder: ${absent} must exist, got nothing.`,
    );
    await writeFile(absent, '');
    await expect(readFeatureFolder(absent)).rejects.toThrow(
      `readFeatureFolder: ${absent} must be a folder, got a file.`,
    );
  });
});

describe('requireFeatures', () => {
  it('names the files looked for when there are none', async () => {
    await mkdir(join(folder, 'bare'));
    const bare = join(folder, 'bare');
    const features = await readFeatureFolder(bare);
    expect(() => requireFeatures(bare, features)).toThrow(
      `requireFeatures: ${bare} must hold item features, got none. ` +
        'Looked for image_feat.npy or image.npy or v_feat.npy (visual), ' +
        'text_feat.npy or text.npy or t_feat.npy (textual), ' +
        'audio_feat.npy or audio.npy or a_feat.npy (acoustic), and any other X_feat.npy.',
    );
  });

  it('accepts one modality', async () => {
    await put('v_feat.npy', 1, 2, 3);
    const features = await readFeatureFolder(folder);
    expect(() => requireFeatures(folder, features)).not.toThrow();
  });
});

describe('inspectFeatures', () => {
  it('counts bad values and zero rows without refusing them', async () => {
    await put('text.npy', NaN, 0, 0, 0, Infinity, NaN);
    await put('image_feat.npy', 1, 0, 0);
    expect(await inspectFeatures(folder)).toEqual([
      {
        modality: 'visual',
        file: 'image_feat.npy',
        shape: [3, 1],
        dtype: '<f4',
        nan: 0,
        infinite: 0,
        zeroRows: 2,
      },
      {
        modality: 'textual',
        file: 'text.npy',
        shape: [3, 2],
        dtype: '<f4',
        nan: 2,
        infinite: 1,
        zeroRows: 1,
      },
    ]);
  });

  it('lists nothing for a folder without features', async () => {
    expect(await inspectFeatures(folder)).toEqual([]);
  });
});
