import type { EpochRecord } from '../fit-callbacks.js';

/** Tells a receiver what happens in training. */
export interface Webhook {
  /** A callback of `fit`. Returns at once. */
  onEpoch(record: EpochRecord): void;
  /** Sends anything: an object with an `event`. Returns at once. */
  send(message: { readonly event: string } & Readonly<Record<string, unknown>>): void;
  /** Waits until all is sent or failed, at most ten seconds. */
  flush(): Promise<void>;
}

/** Whom to tell, and about what. */
export interface WebhookInputs {
  /** `http:` or `https:`. */
  readonly url: string;
  /** Said with every message, such as the run's name. */
  readonly about?: Readonly<Record<string, unknown>>;
  /** Called once, with the first failure; later ones are silent. */
  onWarning?(message: string): void;
  /** Milliseconds that the receiver has to answer. Default 5000. */
  readonly timeout?: number;
}

/** Messages that wait for a slow receiver; of more, the oldest are dropped. */
const longestQueue = 100;
/** Milliseconds that {@link Webhook.flush} waits. */
const longestFlush = 10_000;

/**
 * Posts a JSON object to a URL at each epoch: `{event: "epoch", …about, epoch, losses, valid, …}`. Training never
 * waits for the receiver and never stops because of it.
 *
 * @throws {RangeError} If the URL is none, or neither `http:` nor `https:`.
 */
export function createWebhook({ url, about, onWarning, timeout = 5000 }: WebhookInputs): Webhook {
  checkUrl(url);
  const queue: string[] = [];
  let warned = false;
  let sending: Promise<void> | undefined;

  async function post(body: string): Promise<void> {
    try {
      const response = await fetch(url, {
        ...{ method: 'POST', body, signal: AbortSignal.timeout(timeout) },
        headers: { 'content-type': 'application/json' },
      });
      await response.body?.cancel();
      if (!response.ok) throw new Error(`it answered ${response.status}`);
    } catch (error) {
      if (!warned) onWarning?.(`webhook ${url} can't be told: ${reasonOf(error as Error)}`);
      warned = true;
    }
  }

  async function sendAll(): Promise<void> {
    for (let body = queue.shift(); body !== undefined; body = queue.shift()) await post(body);
    sending = undefined;
  }

  function send(message: Readonly<Record<string, unknown>>): void {
    queue.push(JSON.stringify({ ...about, ...message }));
    if (queue.length > longestQueue) queue.shift();
    sending ??= sendAll();
  }

  return {
    send,
    onEpoch: (record: EpochRecord) => {
      send({ event: 'epoch', ...record });
    },
    flush: async () => {
      let timer: NodeJS.Timeout | undefined;
      const limit = new Promise<void>((resolve) => (timer = setTimeout(resolve, longestFlush)));
      await Promise.race([sending, limit]);
      clearTimeout(timer);
    },
  };
}

function checkUrl(url: string): void {
  const protocol = URL.canParse(url) ? new URL(url).protocol : '';
  if (protocol === 'http:' || protocol === 'https:') return;
  throw new RangeError(`createWebhook: url must be an http or https address, got '${url}'.`);
}

/** `fetch` says only that it failed, and why in the cause. */
function reasonOf({ message, cause }: Error): string {
  const { message: reason, code } = (cause ?? {}) as { message?: string; code?: string };
  return [message, reason || code].filter(Boolean).join(': ');
}
