import { createRng, type Draw, type Rng } from '@mmrec/core';

/** A recorded draw, row-major. */
interface Recorded {
  readonly shape: readonly number[];
  readonly data: readonly number[] | Float32Array;
}

/**
 * An `Rng` whose draws are recorded tensors, returned in order whatever their names. Forks share
 * the recording. Streams and seeds, which recordings don't hold, come from seed 0.
 *
 * @throws {Error} If more is drawn than was recorded, or a shape differs from the recorded one.
 */
export function replayRng(recording: readonly Recorded[]): Rng & { readonly remaining: number } {
  let next = 0;
  const fallback = createRng(0);
  const draw =
    (kind: Draw['distribution']) =>
    (name: string, shape: readonly number[]): Draw => {
      const recorded = recording[next++];
      if (!recorded)
        throw new Error(`replayRng: nothing is recorded for '${name}' (draw ${next}).`);
      if (recorded.shape.join() !== shape.join()) {
        throw new Error(
          `replayRng: '${name}' must have the recorded shape [${recorded.shape.join(', ')}], got [${shape.join(', ')}].`,
        );
      }
      return { shape, distribution: kind, source: { values: Float32Array.from(recorded.data) } };
    };
  const rng = {
    key: fallback.key,
    fork: () => rng,
    uniform: draw({ kind: 'uniform' }),
    normal: draw({ kind: 'normal' }),
    gumbel: draw({ kind: 'gumbel' }),
    dropoutMask: (name: string, shape: readonly number[], rate: number) =>
      draw({ kind: 'dropout', rate })(name, shape),
    stream: fallback.stream,
    nextSeed: fallback.nextSeed,
    get remaining() {
      return recording.length - next;
    },
  };
  return rng;
}
