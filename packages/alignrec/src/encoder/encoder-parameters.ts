import type { Rng } from '@mmrec/core';
import { xavierUniform, zerosVariable } from '@mmrec/ops';
import type { Variable } from '@tensorflow/tfjs-core';
import type { EncoderOptions } from './encoder-options.js';

/** What an encoder is made for: sizes of images, texts and both vocabularies. */
export interface ContentSizes {
  readonly numPatches: number;
  readonly patchColumns: number;
  readonly numVisualTokens: number;
  readonly maxTokens: number;
  readonly numTokens: number;
}

/** A layer's name and its feed-forward experts. */
export interface EncoderLayer {
  readonly name: string;
  readonly experts: readonly ('image' | 'text' | 'fusion')[];
}

/** The encoder's layers, the lowest first. */
export function layersOf({ expertLayers, fusionLayers }: EncoderOptions): EncoderLayer[] {
  return Array.from({ length: expertLayers + fusionLayers }, (_, at) => ({
    name: `layer/${at}`,
    experts: at < expertLayers ? ['image', 'text'] : ['fusion'],
  }));
}

/**
 * The encoder's variables by name: weights and tables with Glorot's uniform initialisation, biases zero.
 *
 * A linear layer `x` has `x/weight` and `x/bias`. Heads that predict at the masked place are `predict/…`, those that
 * predict from [CLS] alone `recall/…`.
 */
export function createParameters(
  { sizes, rng }: { readonly sizes: ContentSizes; readonly rng: Rng },
  options: EncoderOptions,
): Readonly<Record<string, Variable>> {
  const { width: d, expansion } = options;
  const parameters: Record<string, Variable> = {};
  const table = (name: string, rows: number, columns = d) => {
    parameters[name] = xavierUniform({ rows, columns, rng: rng.fork(`init/${name}`) });
  };
  const linearLayer = (name: string, rows: number, columns: number) => {
    table(`${name}/weight`, rows, columns);
    parameters[`${name}/bias`] = zerosVariable([columns]);
  };
  linearLayer('patches', sizes.patchColumns, d);
  table('places', 1 + sizes.numPatches);
  table('marks', 2);
  table('tokens', sizes.numTokens);
  table('positions', sizes.maxTokens);
  for (const { name, experts } of layersOf(options)) {
    linearLayer(`${name}/attention/in`, d, 3 * d);
    linearLayer(`${name}/attention/out`, d, d);
    for (const expert of experts) {
      linearLayer(`${name}/${expert}/in`, d, expansion * d);
      linearLayer(`${name}/${expert}/out`, expansion * d, d);
    }
  }
  for (const head of ['predict', 'recall']) {
    linearLayer(`${head}/patches`, d, sizes.numVisualTokens);
    linearLayer(`${head}/tokens`, d, sizes.numTokens);
  }
  return parameters;
}
