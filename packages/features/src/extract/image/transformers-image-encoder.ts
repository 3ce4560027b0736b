import type { ImageFeatureExtractionPipeline, RawImage, Tensor } from '@huggingface/transformers';
import type { ContentEncoder } from '../content-encoder.js';
import {
  checkReachable,
  loadingOptions,
  loadModel,
  loadTransformers,
  modelFileHashes,
  type TransformersModel,
} from '../transformers.js';
import { imageDecoder } from './decode-image.js';

/** Longer sides are shrunk to this before the model's own preparation, which takes 224 to 512 pixels. */
const longestSide = 1024;

/**
 * An image encoder of the Hugging Face hub or a folder, computed by ONNX Runtime: the image tower of CLIP or SigLIP,
 * or any vision model. A picture's vector is the projected embedding where the model has one (CLIP), else the pooled
 * output (SigLIP), else the first token's last hidden state (ViT, DINO); scaled to length 1.
 *
 * @throws {MissingPackageError} If `@huggingface/transformers` or `sharp` is not installed.
 * @throws {MissingModelError} If there is no such model, or no way to it.
 */
export async function transformersImageEncoder(
  model: TransformersModel,
): Promise<ContentEncoder<RawImage>> {
  const transformers = await loadTransformers(`the image encoder ${model.model}`);
  const { decode, software } = await imageDecoder(longestSide);
  await checkReachable(transformers, model);
  const { id, options } = loadingOptions(model);
  const extractor: ImageFeatureExtractionPipeline = await loadModel(model, () =>
    transformers.pipeline('image-feature-extraction', id, options),
  );
  const encode = async (images: readonly RawImage[]): Promise<Float32Array> => {
    const { pixel_values } = (await extractor.processor!([...images])) as { pixel_values: Tensor };
    const outputs = (await extractor.model({ pixel_values })) as Record<string, Tensor | undefined>;
    return unitVectors(outputs);
  };
  const grey = new transformers.RawImage(new Uint8ClampedArray(3 * 64 * 64).fill(128), 64, 64, 3);
  const { length: columns } = await loadModel(model, () => encode([grey]));
  return {
    identity: {
      encoder: model.model,
      software: `@huggingface/transformers ${transformers.env.version}, ${software}`,
      files: await modelFileHashes(transformers, model),
      preprocessing: `on white, longest side at most ${longestSide}, then the model's own; length 1; weights ${model.precision}`,
    },
    columns,
    batchSize: 16,
    prepare: async (bytes) => {
      const { data, width, height } = await decode(bytes);
      return new transformers.RawImage(data, width, height, 3);
    },
    encode,
    dispose: () => extractor.dispose(),
  };
}

/** The vector of each picture, scaled to length 1. */
function unitVectors(outputs: Readonly<Record<string, Tensor | undefined>>): Float32Array {
  const found = outputs['image_embeds'] ?? outputs['pooler_output'] ?? outputs['last_hidden_state'];
  if (!found) {
    const got = Object.keys(outputs).join(', ');
    throw new Error(
      `the model must give image_embeds, pooler_output or last_hidden_state, got ${got}`,
    );
  }
  const [count = 0, columns] = [found.dims[0], found.dims.at(-1)!];
  const all = found.data as Float32Array;
  const stride = all.length / count;
  const vectors = new Float32Array(count * columns);
  for (let row = 0; row < count; row++) {
    const vector = all.subarray(row * stride, row * stride + columns);
    const norm = Math.hypot(...vector);
    vectors.set(norm > 0 ? vector.map((value) => value / norm) : vector, row * columns);
  }
  return vectors;
}
