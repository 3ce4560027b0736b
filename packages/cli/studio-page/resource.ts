import { useEffect, useState } from 'preact/hooks';
import type { StudioProblem } from '../src/studio/studio-api.js';

/** An answer on its way, or there. */
export interface Resource<T> {
  /** While another answer is on its way, the one before stays. */
  readonly data: T | undefined;
  readonly error: string | undefined;
  readonly isLoading: boolean;
  readonly retry: () => void;
}

/** An address with its query; parameters that are undefined are left out. */
export function address(
  path: string,
  params: Readonly<Record<string, string | number | boolean | undefined>> = {},
): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(params))
    if (value !== undefined) search.set(name, String(value));
  const text = search.toString();
  return text === '' ? path : `${path}?${text}`;
}

/** @throws {Error} With what the studio says is wrong. */
export async function getJson<T>(url: string, signal?: AbortSignal): Promise<T> {
  const response = await request(url, signal);
  return (await response.json()) as T;
}

/** @throws {Error} With what the studio says is wrong. */
export async function getBytes(url: string, signal?: AbortSignal): Promise<ArrayBuffer> {
  return (await request(url, signal)).arrayBuffer();
}

async function request(url: string, signal?: AbortSignal): Promise<Response> {
  const response = await fetch(url, signal ? { signal } : {}).catch((error: unknown) => {
    if (signal?.aborted) throw error;
    throw new Error('The studio doesn’t answer. Is mmrec studio still running?');
  });
  if (response.ok) return response;
  const body = (await response.json().catch(() => undefined)) as StudioProblem | undefined;
  throw new Error(body?.error.message ?? `The studio answered ${response.status}.`);
}

/**
 * What a component needs of the studio.
 *
 * @param url - Undefined: nothing, yet.
 */
export function useResource<T>(
  url: string | undefined,
  get: (url: string, signal: AbortSignal) => Promise<T> = getJson,
): Resource<T> {
  const [attempt, setAttempt] = useState(0);
  const [state, setState] = useState<{
    readonly url?: string;
    readonly data?: T;
    readonly error?: string;
  }>({});
  useEffect(() => {
    if (url === undefined) return undefined;
    const abort = new AbortController();
    get(url, abort.signal).then(
      (data) => setState({ url, data }),
      (error: unknown) => {
        if (!abort.signal.aborted) setState({ url, error: (error as Error).message });
      },
    );
    return () => abort.abort();
  }, [url, attempt]);
  return {
    data: state.data,
    error: state.url === url ? state.error : undefined,
    isLoading: url !== undefined && state.url !== url,
    retry: () => {
      setState(({ data }) => (data === undefined ? {} : { data }));
      setAttempt((count) => count + 1);
    },
  };
}
