import {
  clone,
  engine,
  getKernel,
  registerGradient,
  registerKernel,
  tidy,
  util,
  type Attribute,
  type DataType,
  type KernelBackend,
  type NamedAttrMap,
  type Tensor,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { tensorMemory } from './tensor-memory.js';
import type { Pointer } from './wasm/heap.js';
import type { KernelRuntime } from './wasm/runtime.js';

type Numbers = Float32Array | Int32Array;

/** Shape and type of a kernel's output. */
interface OutputSpec {
  readonly shape: readonly number[];
  readonly dtype: DataType;
}

/** What a wasm implementation gets: where inputs and outputs lie, and the inputs' shapes. */
export interface WasmCall<Attributes> {
  readonly runtime: KernelRuntime;
  readonly inputs: readonly Pointer[];
  /** Not zeroed. */
  readonly outputs: readonly Pointer[];
  readonly shapes: readonly (readonly number[])[];
  readonly attributes: Attributes;
}

/** What a plain TypeScript implementation gets: the inputs' and outputs' numbers. */
export interface HostCall<Attributes> {
  readonly inputs: readonly Float32Array[];
  /** Zeroed. */
  readonly outputs: readonly Float32Array[];
  readonly shapes: readonly (readonly number[])[];
  readonly attributes: Attributes;
}

/** An operation, implemented for each kind of memory, and differentiable. */
export interface KernelDefinition<Attributes> {
  /** Unique name; `Mmrec…`. */
  readonly name: string;
  outputs(shapes: readonly (readonly number[])[], attributes: Attributes): readonly OutputSpec[];
  /** Plain TypeScript: what every other implementation is compared with. */
  host(call: HostCall<Attributes>): void;
  /** In the kernels' memory, with the functions of assembly/. */
  wasm(call: WasmCall<Attributes>): void;
  /** With TensorFlow.js's operations: on a GPU, where nothing is copied to the host. */
  compose(inputs: readonly Tensor[], attributes: Attributes): Tensor | readonly Tensor[];
  /** Which inputs the gradient reads. */
  readonly saves?: readonly number[];
  /** Gradients for the inputs, from those of the outputs and the saved inputs. */
  gradient?(
    dy: readonly Tensor[],
    saved: readonly Tensor[],
    attributes: Attributes,
  ): readonly (() => Tensor)[];
}

const inputName = (index: number) => `input${index}`;

/**
 * Makes an operation of a kernel. It is registered for a back end when it first runs there: the plain
 * implementation for `cpu`; for the others the WebAssembly one where its memory can be used, else the composition
 * of the back end's own operations.
 *
 * @returns The operation: tensors and attributes in, tensors out.
 */
export function defineKernel<Attributes extends object>(
  definition: KernelDefinition<Attributes>,
): (inputs: readonly Tensor[], attributes: Attributes) => Tensor[] {
  const { name, gradient } = definition;
  const registered = new Set<string>();
  let gradientRegistered = false;
  return (inputs, attributes) => {
    const backendName = engine().backendName;
    if (!registered.has(backendName)) {
      if (!isRegistered(name, backendName)) {
        const kernelFunc =
          backendName === 'cpu' ? runOnHost(definition) : runBesideMemory(definition);
        registerKernel({ kernelName: name, backendName, kernelFunc });
      }
      registered.add(backendName);
    }
    if (gradient && !gradientRegistered) {
      registerGradient({
        kernelName: name,
        inputsToSave: (definition.saves ?? []).map(inputName),
        gradFunc: (dy, saved, attrs) => {
          const thunks = gradient([dy].flat(), saved, attrs as unknown as Attributes);
          return Object.fromEntries(thunks.map((thunk, index) => [inputName(index), thunk]));
        },
      });
      gradientRegistered = true;
    }
    const named = Object.fromEntries(inputs.map((input, index) => [inputName(index), input]));
    return [
      engine().runKernel(name, named, attributes as unknown as NamedAttrMap) as Tensor | Tensor[],
    ].flat();
  };
}

/** The engine's typings say that every kernel exists. */
function isRegistered(name: string, backendName: string): boolean {
  return (getKernel(name, backendName) as unknown) !== undefined;
}

type KernelFunction = (call: {
  inputs: Record<string, TensorInfo | TensorInfo[] | undefined>;
  attrs?: Record<string, Attribute>;
  backend: unknown;
}) => TensorInfo[];

function runBesideMemory<Attributes extends object>(
  definition: KernelDefinition<Attributes>,
): KernelFunction {
  const [onWasm, composed] = [runOnWasm(definition), runComposed(definition)];
  return (call) => (tensorMemory() ? onWasm(call) : composed(call));
}

function runComposed<Attributes extends object>({
  compose,
}: KernelDefinition<Attributes>): KernelFunction {
  return ({ inputs, attrs }) => {
    const { backend } = engine();
    const results = tidy(() => {
      const infos = Object.values(inputs) as TensorInfo[];
      // Tensors of their own on the inputs' data, disposed with the rest of this scope.
      const tensors = infos.map((info) => {
        backend.incRef(info.dataId);
        return engine().makeTensorFromTensorInfo(info, backend);
      });
      const result = [compose(tensors, attrs as unknown as Attributes)].flat() as Tensor[];
      // One may be an input itself.
      return result.map((tensor) => (tensors.includes(tensor) ? clone(tensor) : tensor));
    });
    return results.map((tensor) => {
      const { dataId, shape, dtype } = tensor;
      backend.incRef(dataId);
      tensor.dispose();
      return { dataId, shape, dtype };
    });
  };
}

function runOnWasm<Attributes extends object>(
  definition: KernelDefinition<Attributes>,
): KernelFunction {
  return ({ inputs, attrs }) => {
    const memory = tensorMemory()!;
    const infos = Object.values(inputs) as TensorInfo[];
    const shapes = infos.map(({ shape }) => shape);
    const attributes = attrs as unknown as Attributes;
    const results = definition
      .outputs(shapes, attributes)
      .map(({ shape, dtype }) => memory.create(shape, dtype));
    definition.wasm({
      runtime: memory.runtime,
      inputs: infos.map((info) => memory.read(info)),
      outputs: results.map(({ pointer }) => pointer),
      shapes,
      attributes,
    });
    return results.map(({ tensor }) => tensor);
  };
}

function runOnHost<Attributes extends object>(
  definition: KernelDefinition<Attributes>,
): KernelFunction {
  return ({ inputs, attrs, backend }) => {
    const host = backend as KernelBackend;
    const infos = Object.values(inputs) as TensorInfo[];
    const shapes = infos.map(({ shape }) => shape);
    const attributes = attrs as unknown as Attributes;
    const specs = definition.outputs(shapes, attributes);
    const outputs = specs.map(({ shape }) => new Float32Array(util.sizeFromShape([...shape])));
    definition.host({
      inputs: infos.map(({ dataId }) => host.readSync(dataId) as Float32Array),
      outputs,
      shapes,
      attributes,
    });
    return specs.map(({ shape, dtype }, index) => ({
      dataId: host.write(outputs[index] as Numbers, [...shape], dtype),
      shape: [...shape],
      dtype,
    }));
  };
}
