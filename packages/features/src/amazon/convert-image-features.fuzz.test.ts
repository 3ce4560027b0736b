import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import { readNpy } from '../files/read-npy.js';
import { convertImageFeatures } from './convert-image-features.js';

const numRuns = process.env['MMREC_SOAK'] ? 10_000 : 300;
const timeout = process.env['MMREC_SOAK'] ? 3_600_000 : 120_000;

const itemIds = ['B000000000', 'B000000001', 'B000000002', 'B000000009'];
const content = Buffer.concat(
  [0, 1, 2, 3].map((item) =>
    Buffer.concat([
      Buffer.from(`B${String(item).padStart(9, '0')}`),
      Buffer.from(Float32Array.of(item + 1, -item, 0.5).buffer),
    ]),
  ),
);
const original = [1, 0, 0.5, 2, -1, 0.5, 3, -2, 0.5, 0, 0, 0];

it.each(['images.b', 'images.b.gz'])(
  'damaged %s gives an error that names it, or a matrix of the right shape',
  async (name) => {
    const folder = mkdtempSync(join(tmpdir(), 'mmrec-fuzz-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const [source, target] = [join(folder, name), join(folder, 'image_feat.npy')];
    const bytes = name.endsWith('.gz') ? gzipSync(content) : content;
    const place = fc.integer({ min: 0, max: bytes.length - 1 });
    await fc.assert(
      fc.asyncProperty(
        fc.boolean(),
        place,
        fc.integer({ min: 0, max: 7 }),
        async (isCut, at, bit) => {
          rmSync(target, { force: true });
          const damaged = Buffer.from(isCut ? bytes.subarray(0, at) : bytes);
          if (!isCut) damaged[at]! ^= 1 << bit;
          writeFileSync(source, damaged);
          const options = { itemIds, columns: 3 };
          const outcome = await convertImageFeatures(source, target, options).catch(
            (error: unknown) => error as Error,
          );
          if (outcome instanceof Error) {
            expect(outcome.message).toMatch(/^convertImageFeatures: images\.b/);
            expect(existsSync(target)).toBe(false);
            return;
          }
          expect(outcome.shape).toEqual([4, 3]);
          expect(statSync(target).size).toBe(128 + 48);
          const { data } = await readNpy(target);
          // A checksum guards what is compressed; elsewhere a flipped bit is another record.
          if (name.endsWith('.gz')) expect([...data].map((value) => value + 0)).toEqual(original);
          else if (isCut) expect(outcome.records).toBe(at / 22);
        },
      ),
      { numRuns },
    );
  },
  timeout,
);
