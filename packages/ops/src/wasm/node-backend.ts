import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';

/** A tensor's numbers on the host; truth values are bytes. */
export type Numbers = Float32Array | Int32Array | Uint8Array;

/** What `@tensorflow/tfjs-node` knows of a tensor. */
interface TensorEntry {
  readonly shape: readonly number[];
  /** libtensorflow's number of the type. */
  readonly dtype: number;
  /** libtensorflow's tensor, or −1. */
  id: number;
  /** Numbers that libtensorflow has not been given yet. */
  values: Numbers | null;
  refCount: number;
}

/** The back end of `@tensorflow/tfjs-node`, as far as it is used here. */
export interface NodeBackend {
  readonly isUsingGpuDevice: boolean;
  readonly binding: {
    readonly TF_FLOAT: number;
    readonly TF_INT32: number;
    readonly TF_BOOL: number;
    readonly TF_INT64: number;
    readonly TF_ATTR_BOOL: number;
    readonly TF_ATTR_TYPE: number;
    executeOp(
      name: string,
      attributes: readonly { name: string; type: number; value: unknown }[],
      ...rest: [inputs: readonly number[], numOutputs: number]
    ): { readonly id: number }[];
    createTensor(shape: readonly number[], dtype: number, values: Numbers): number;
    deleteTensor(id: number): void;
    tensorDataSync(id: number): Float32Array;
  };
  readonly tensorMap: {
    has(dataId: object): boolean;
    get(dataId: object): TensorEntry | undefined;
    set(dataId: object, entry: TensorEntry): void;
  };
  createOutputTensor(metadata: { readonly id: number }): Tensor;
  getInputTensorIds(tensors: readonly TensorInfo[]): number[];
  readSync(dataId: object): Numbers;
  incRef(dataId: object): void;
  disposeData(dataId: object, force?: boolean): boolean;
}
