import type { RunMap } from './map-format.js';

/** Layouts that were computed, kept by the browser: they take seconds. */
export interface LayoutCache {
  find(map: RunMap): Promise<Float32Array | undefined>;
  keep(map: RunMap, positions: Float32Array): Promise<void>;
}

/** Changes with what a layout is computed by. */
const version = 1;

/** Keeps layouts by what they were computed of. Where nothing may be kept, nothing is found. */
export function createLayoutCache(): LayoutCache {
  const open = () => caches.open('mmrec-studio-layouts');
  return {
    find: async (map) => {
      try {
        const response = await (await open()).match(await addressOf(map));
        return response && new Float32Array(await response.arrayBuffer());
      } catch {
        return undefined;
      }
    },
    keep: async (map, positions) => {
      try {
        await (await open()).put(await addressOf(map), new Response(positions.slice().buffer));
      } catch {
        // Private windows may refuse it; the layout is computed again then.
      }
    },
  };
}

async function addressOf({ positions }: RunMap): Promise<string> {
  // Positions, neighbours and distances lie in one buffer.
  const digest = await crypto.subtle.digest('SHA-256', positions.buffer as ArrayBuffer);
  const text = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0'));
  return `/layouts/${version}/${text.join('')}`;
}
