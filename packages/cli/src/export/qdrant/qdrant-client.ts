import { UsageError } from '../../usage-error.js';

/** A Qdrant server, by its REST API. */
export interface Qdrant {
  /** The address, for messages and printed queries. */
  readonly shown: string;
  /**
   * Sends a request and returns the answer's `result`.
   *
   * @throws {Error} If the server can't be reached, or refuses.
   */
  request<T = unknown>(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    body?: object,
  ): Promise<T>;
}

/** A server that says nothing for so long is given up, in milliseconds. */
const longestSilence = 60_000;

/**
 * A client of a Qdrant server.
 *
 * @param apiKey - Sent with each request where there is one; never printed.
 * @throws {UsageError} If the address is none, or holds a password.
 */
export function openQdrant(address: string, apiKey: string | undefined): Qdrant {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    // What was given is not repeated: it may hold a password.
    throw new UsageError(
      '--url must be an address such as http://localhost:6333; an API key goes into the environment variable QDRANT_API_KEY.',
    );
  }
  const shown = `${url.origin}${url.pathname}`.replace(/\/+$/, '');
  return {
    shown,
    request: async <T>(method: string, path: string, body?: object) => {
      const response = await fetch(`${shown}${path}`, {
        method,
        headers: {
          ...(body && { 'content-type': 'application/json' }),
          ...(apiKey !== undefined && apiKey !== '' && { 'api-key': apiKey }),
        },
        ...(body && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(longestSilence),
      }).catch((error: unknown) => {
        throw new Error(`--url ${shown}: ${explainFailure(error as Error)}`);
      });
      const text = await response.text();
      if (response.ok) return resultOf<T>(text, shown);
      throw new Error(
        `--url ${shown}: ${method} ${path}: ${explainRefusal(response.status, text)}`,
      );
    },
  };
}

function resultOf<T>(text: string, shown: string): T {
  try {
    const { result } = JSON.parse(text) as { result?: T };
    if (result !== undefined) return result;
  } catch {
    // Said below.
  }
  throw new Error(`--url ${shown}: what answers there is no Qdrant: ${text.slice(0, 80)}`);
}

function explainFailure({ name, message, cause }: Error): string {
  if (name === 'TimeoutError') return 'the server does not answer.';
  const { code = '' } = (cause ?? {}) as NodeJS.ErrnoException;
  const known: Readonly<Record<string, string>> = {
    ECONNREFUSED: 'nothing listens there. Is Qdrant running, and are host and port right?',
    ENOTFOUND: 'there is no host of that name.',
    EAI_AGAIN: 'there is no host of that name.',
  };
  return known[code] ?? ((cause as Error | undefined)?.message || message);
}

function explainRefusal(status: number, text: string): string {
  if (status === 401 || status === 403) {
    return `the server refuses the API key (${status}). Give one that may write in the environment variable QDRANT_API_KEY.`;
  }
  return `${errorIn(text) ?? text.slice(0, 200)} (${status})`;
}

/** Qdrant says what is wrong under `status.error`. */
function errorIn(text: string): string | undefined {
  try {
    const { status } = JSON.parse(text) as { status?: { error?: string } };
    return status?.error;
  } catch {
    return undefined;
  }
}
