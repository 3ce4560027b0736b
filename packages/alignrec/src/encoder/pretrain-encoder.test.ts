import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRng } from '@mmrec/core';
import { useBackend } from '@mmrec/ops';
import { openCheckpointFolder, type SavedSteps } from '@mmrec/train';
import { memory } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { measureMasked } from './measure-masked.js';
import { pretrainEncoder, type PretrainInputs } from './pretrain-encoder.js';
import { pretrainOptions } from './pretrain-options.js';
import { toyContent } from './toy-content.js';

const content = toyContent(240);
const all = Int32Array.from({ length: 240 }, (_, item) => item);
const options = pretrainOptions.resolve('test', {
  ...{ width: 16, heads: 2, expertLayers: 1, fusionLayers: 1, expansion: 2 },
  ...{ epochs: 4, batchSize: 32, learningRate: 5e-3 },
});
const identity = { seed: 1, epochs: 4 };
const inputs = (more: Partial<PretrainInputs> = {}): PretrainInputs => ({
  ...{ content, items: all.subarray(0, 160), rng: createRng(1), options },
  ...more,
});

/** Parameters of an encoder, which is disposed. */
async function parametersOf(pretrained: ReturnType<typeof pretrainEncoder>) {
  const encoder = await pretrained;
  const values = Object.fromEntries(
    Object.entries(encoder.parameters).map(([name, x]) => [name, [...x.dataSync()]]),
  );
  encoder.dispose();
  return values;
}

describe('pretrainEncoder', () => {
  let folder: string;
  beforeAll(async () => {
    await useBackend('wasm');
    folder = await mkdtemp(join(tmpdir(), 'mmrec-encoder-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const open = (resume: boolean) =>
    openCheckpointFolder<SavedSteps>(join(folder, 'checkpoint'), { identity, resume });

  /** Stops after the second epoch, like somebody who presses Ctrl-C. */
  const interrupt = async () =>
    pretrainEncoder(
      inputs({
        checkpoints: await open(false),
        onEpoch: ({ epoch }) => {
          if (epoch === 2) throw new Error('stopped');
        },
      }),
    );

  it('gives the same encoder, bit for bit, whether it was interrupted or not', async () => {
    const whole = await parametersOf(pretrainEncoder(inputs()));
    await expect(interrupt()).rejects.toThrow('stopped');
    const epochs: number[] = [];
    const resumed = await parametersOf(
      pretrainEncoder(
        inputs({
          checkpoints: await open(true),
          onEpoch: ({ epoch }) => void epochs.push(epoch),
        }),
      ),
    );
    expect(epochs).toEqual([3, 4]);
    expect(resumed).toEqual(whole);
    const other = await parametersOf(pretrainEncoder(inputs({ rng: createRng(2) })));
    expect(other).not.toEqual(whole);
  });

  it('goes on from the checkpoint before a damaged one, to the same encoder', async () => {
    const path = join(folder, 'checkpoint/epoch-4.safetensors');
    const bytes = await readFile(path);
    bytes[bytes.length - 5]! ^= 1;
    await writeFile(path, bytes);
    const epochs: number[] = [];
    const checkpoints = await open(true);
    const onEpoch = ({ epoch }: { epoch: number }) => void epochs.push(epoch);
    const resumed = await parametersOf(pretrainEncoder(inputs({ checkpoints, onEpoch })));
    expect(epochs).toEqual([4]);
    expect(resumed).toEqual(await parametersOf(pretrainEncoder(inputs())));
  });

  it('keeps the number of tensors constant, and frees them', async () => {
    const before = memory().numTensors;
    const counts: number[] = [];
    const encoder = await pretrainEncoder(
      inputs({ onEpoch: () => void counts.push(memory().numTensors) }),
    );
    expect(new Set(counts).size).toBe(1);
    encoder.dispose();
    expect(memory().numTensors).toBe(before);
  });

  it('learns to predict each modality from the other', async () => {
    // All patches masked, as one of them would tell the kind without the text.
    const learning = { ...options, imageMask: 0.9, epochs: 40, learningRate: 1e-2 };
    const encoder = await pretrainEncoder(inputs({ options: learning }));
    const report = measureMasked(encoder, content, {
      items: all.subarray(160),
      rng: createRng(3),
      masking: learning,
    });
    encoder.dispose();
    for (const figures of [report.image, report.text]) {
      expect(figures.crossEntropy).toBeLessThan(0.8 * figures.entropy);
      expect(figures.rareAccuracy).toBeGreaterThan(2 * figures.rareConstant);
      expect(figures.hiddenCrossEntropy - figures.crossEntropy).toBeGreaterThan(0.2);
    }
    // Light or dark is a toss: ln 2 is the least that a patch's token can cost.
    expect(report.image.crossEntropy).toBeGreaterThan(0.6);
  });
});
