import { useEffect, useState } from 'preact/hooks';
import { address, getBytes, useResource } from '../resource.js';
import type { LayoutProgress } from './layout-messages.js';
import { readRunMap, type RunMap } from './map-format.js';

/** How items are laid out. */
export type LayoutName = 'umap' | 'pca';

/** Where items lie. */
export interface Layout {
  /** Undefined until the run's map is there. */
  readonly positions: Float32Array | undefined;
  /** 0 to 1; undefined where nothing is computed. */
  readonly progress: number | undefined;
  readonly map: RunMap | undefined;
  readonly error: string | undefined;
  readonly retry: () => void;
}

/** Layouts that are finished, by run: they take seconds. */
const finished = new Map<number, Float32Array>();

const getMap = async (url: string, signal: AbortSignal) => readRunMap(await getBytes(url, signal));

/** The items of a run by their principal components, or by UMAP, which starts from those. */
export function useLayout(run: number, name: LayoutName): Layout {
  const { data, error, isLoading, retry } = useResource<RunMap>(
    address('/api/map', { run }),
    getMap,
  );
  const map = isLoading ? undefined : data;
  const [state, setState] = useState<{ run: number; message: LayoutProgress }>();
  const isWanted = name === 'umap' && map !== undefined && canBeLaidOut(map);
  useEffect(() => {
    if (!isWanted || finished.has(run)) return undefined;
    const worker = new Worker('/map-worker.js', { type: 'module' });
    worker.onmessage = ({ data: message }: MessageEvent<LayoutProgress>) => {
      if (message.epoch === message.epochs) {
        finished.set(run, message.positions);
        worker.terminate();
      }
      setState({ run, message });
    };
    worker.postMessage(map);
    return () => worker.terminate();
  }, [run, isWanted, map]);
  const done = finished.get(run);
  const going = state?.run === run ? state.message : undefined;
  return {
    map,
    error,
    retry,
    positions: isWanted ? (done ?? going?.positions ?? map.positions) : map?.positions,
    progress: isWanted && !done ? (going ? going.epoch / going.epochs : 0) : undefined,
  };
}

/** UMAP needs more items than neighbours, and some to tell apart. */
export const canBeLaidOut = ({ numItems, numNeighbors }: RunMap) =>
  numItems > numNeighbors && numNeighbors > 2;
