import { join } from 'node:path';
import { expect, it } from 'vitest';
import { formatInspection } from './format-inspection.js';

const degrees = {
  count: 9308,
  cold: 10,
  mean: 6.3968,
  min: 0,
  p25: 1,
  median: 2,
  p75: 3,
  p95: 12,
  max: 1603,
};
const inspection = {
  name: 'tiktok',
  source: [join('data', 'tiktok.inter')],
  users: degrees,
  items: { ...degrees, count: 6710, cold: 465 },
  interactions: { train: 59541, validation: 3051, test: 6130, total: 68722 },
  density: 0.0011003,
  duplicates: 2,
  alsoInTraining: 0,
  warnings: [],
  notes: [],
  features: [
    {
      modality: 'visual',
      file: join('data', 'image_feat.npy'),
      shape: [6710, 128],
      dtype: 'float16',
      nan: 0,
      infinite: 3,
      zeroRows: 1200,
    },
    {
      modality: 'textual',
      file: 't.npy',
      shape: [6710, 32],
      dtype: 'float32',
      nan: 15,
      infinite: 0,
      zeroRows: 0,
    },
  ],
};

it('aligns numbers to the right and text to the left', () => {
  expect(formatInspection(inspection)).toBe(`tiktok (tiktok.inter)

               train  validation   test   total
interactions  59,541       3,051  6,130  68,722

       count  cold  min  p25  median  p75  p95    max  mean
users  9,308    10    0    1       2    3   12  1,603  6.40
items  6,710   465    0    1       2    3   12  1,603  6.40
Percentiles are of training interactions; cold: without any.

density                   0.110 %
duplicates                      2
held out and in training        0

features  file            shape       type     NaN  infinite  zero rows
visual    image_feat.npy  6710 × 128  float16    0         3      1,200
textual   t.npy           6710 × 32   float32   15         0          0
`);
});

it('says that there are no features', () => {
  expect(formatInspection({ ...inspection, features: [] })).toMatch(/\n\nno features\n$/);
});
