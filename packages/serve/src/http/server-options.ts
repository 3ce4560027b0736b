/** What requests may ask for, at most. */
export interface ServerLimits {
  /** Largest `k`, default 1,000. */
  readonly maxK: number;
  /** Ids in a history or a list, default 1,000. */
  readonly maxHistory: number;
  /** Requests in a batch, default 100. */
  readonly maxBatch: number;
  /** Features of a modality, default 16,384. */
  readonly maxFeatures: number;
  /** Bytes of a request's body, default 1 MiB. */
  readonly maxBodyBytes: number;
  /** Milliseconds in which a request must have arrived, default 10,000. */
  readonly requestTimeout: number;
  /** Requests a minute and client address, default 0: any number. */
  readonly requestsPerMinute: number;
}

/** How a run is served over HTTP. */
export interface ServerOptions extends Partial<ServerLimits> {
  /** Bearer token that all but `/health` and `/ready` need; absent: none. */
  readonly token?: string | undefined;
  /** Whether `POST /v1/items` adds items, default false. */
  readonly newItems?: boolean | undefined;
  /** Milliseconds between looks for a newer run in the folder, default 5,000; 0: none. */
  readonly watchInterval?: number | undefined;
  /** Whether requests are logged to stderr as JSON lines, default false. */
  readonly log?: boolean | undefined;
}

/** Defaults of {@link ServerLimits}. */
export const serverLimits: ServerLimits = {
  maxK: 1000,
  maxHistory: 1000,
  maxBatch: 100,
  maxFeatures: 16_384,
  maxBodyBytes: 2 ** 20,
  requestTimeout: 10_000,
  requestsPerMinute: 0,
};
