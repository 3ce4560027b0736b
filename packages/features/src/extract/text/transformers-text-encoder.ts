import type { FeatureExtractionPipeline } from '@huggingface/transformers';
import type { ContentEncoder } from '../content-encoder.js';
import {
  checkReachable,
  loadingOptions,
  loadModel,
  loadTransformers,
  modelFileHashes,
  type TransformersModel,
} from '../transformers.js';

/** How a text's vector is made of its tokens'. */
export type Pooling = 'mean' | 'cls';

/**
 * A sentence encoder of the Hugging Face hub or a folder, computed by ONNX Runtime: the tokens' last hidden states
 * are averaged (or the first is taken) and scaled to length 1. Texts longer than the model takes are cut.
 *
 * @throws {MissingPackageError} If `@huggingface/transformers` is not installed.
 * @throws {MissingModelError} If there is no such model, or no way to it.
 */
export async function transformersTextEncoder(
  model: TransformersModel,
  pooling: Pooling,
): Promise<ContentEncoder<string>> {
  const transformers = await loadTransformers(`the text encoder ${model.model}`);
  await checkReachable(transformers, model);
  const { id, options } = loadingOptions(model);
  const extractor: FeatureExtractionPipeline = await loadModel(model, () =>
    transformers.pipeline('feature-extraction', id, options),
  );
  const encode = async (texts: readonly string[]): Promise<Float32Array> => {
    const vectors = (await extractor([...texts], { pooling, normalize: true })) as {
      readonly data: Float32Array;
    };
    return vectors.data;
  };
  // One text tells how long vectors are, and whether the model works at all.
  const { length: columns } = await loadModel(model, () => encode(['item']));
  return {
    identity: {
      encoder: model.model,
      software: `@huggingface/transformers ${transformers.env.version}`,
      files: await modelFileHashes(transformers, model),
      preprocessing: `the model's tokenizer, cut to its length; ${pooling === 'mean' ? 'mean of the token vectors' : 'vector of the first token'}, length 1; weights ${model.precision}`,
    },
    columns,
    batchSize: 32,
    prepare: (bytes) => Promise.resolve(new TextDecoder().decode(bytes)),
    encode,
    dispose: () => extractor.dispose(),
  };
}
