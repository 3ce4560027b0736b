// From pictures and texts to feature matrices, by the built-in encoders: nothing is downloaded. Then
// which items look, and which read, most like a given one.
//   node index.mjs
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { extractFeatures, normalizeFeatureRows, readFeatureFolder } from '@mmrec/features';

const folder = await mkdtemp(join(tmpdir(), 'features-'));
try {
  const items = await makeCatalogue(folder);
  const withPictures = await canDecodePictures();
  if (!withPictures) console.log('Without pictures: decoding them needs `npm install sharp`.');

  // 1. A matrix a modality, a row an item, in files that training reads.
  const options = { folder, image: withPictures ? 'histogram' : 'none', text: 'tfidf' };
  const extractions = await extractFeatures(items, options);
  for (const [modality, { file, encoder, columns, missing }] of Object.entries(extractions)) {
    const without = missing.length > 0 ? missing.join(', ') : 'none';
    console.log(
      `${modality}: ${file}, ${columns} columns by ${encoder}; items without: ${without}`,
    );
  }

  // 2. Neighbours by the cosine of the rows.
  const features = await readFeatureFolder(folder, { numItems: items.length });
  const wanted = items.findIndex(({ id }) => id === 'blue mug');
  for (const [modality, matrix] of Object.entries(features)) {
    const names = nearest(normalizeFeatureRows(matrix), wanted, 3).map((row) => items[row].id);
    console.log(`${modality}, most like blue mug: ${names.join(', ')}`);
  }

  // 3. A catalogue that grows costs its new items only: vectors are kept by content.
  if (withPictures) {
    items.push({ id: 'white rug', imageFile: await draw('rug', 'white', folder) });
    const { visual } = await extractFeatures(items, { ...options, force: true });
    console.log(`again, with a new item: ${visual.cached} of ${visual.items} pictures known`);
  }
} finally {
  await rm(folder, { recursive: true });
}

/** Nine things with pictures and texts; the rug has no text, the candle no picture. */
async function makeCatalogue(into) {
  await mkdir(join(into, 'images'));
  const texts = {
    mug: (color) => `${color} mug, stoneware, for coffee and tea`,
    lamp: (color) => `${color} lamp, linen shade, for reading in bed`,
    rug: (color) => (color === 'green' ? undefined : `${color} rug, wool, for the living room`),
  };
  const made = [];
  for (const [thing, describe] of Object.entries(texts)) {
    for (const color of ['blue', 'green', 'orange']) {
      const imageFile = await draw(thing, color, into);
      made.push({ id: `${color} ${thing}`, text: describe(color), imageFile });
    }
  }
  return [...made, { id: 'candle', text: 'candle, beeswax, for the living room' }];
}

/** Draws a thing as an SVG file, and returns its path. */
async function draw(thing, color, into) {
  const shapes = {
    mug: `<rect x="16" y="18" width="26" height="32" fill="${color}"/><circle cx="46" cy="32" r="9" fill="none" stroke="${color}" stroke-width="5"/>`,
    lamp: `<path d="M32 6 L54 34 L10 34 Z" fill="${color}"/><rect x="29" y="34" width="6" height="24" fill="gray"/>`,
    rug: [8, 24, 40].map((y) => `<rect y="${y}" width="64" height="9" fill="${color}"/>`).join(''),
  };
  const file = join(into, 'images', `${color}-${thing}.svg`);
  await writeFile(
    file,
    `<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><rect width="64" height="64" fill="#eee"/>${shapes[thing]}</svg>`,
  );
  return file;
}

/** Rows with the largest inner products with a row, itself and rows of zeros left out. */
function nearest({ rows, columns, data }, row, count) {
  const product = (other) => {
    let sum = 0;
    for (let at = 0; at < columns; at++)
      sum += data[row * columns + at] * data[other * columns + at];
    return sum;
  };
  return Array.from({ length: rows }, (_, other) => ({ other, cosine: product(other) }))
    .filter(({ other, cosine }) => other !== row && cosine > 0)
    .sort((a, b) => b.cosine - a.cosine)
    .slice(0, count)
    .map(({ other }) => other);
}

async function canDecodePictures() {
  try {
    await import('sharp');
    return true;
  } catch {
    return false;
  }
}
