import type { Registry } from 'prom-client';
import type { ServedRun } from './serve-run.js';

/** Counts for Prometheus. */
export interface ServerMetrics {
  readonly contentType: string;
  /** One more answered request. */
  observe(request: { route: string; method: string; status: number; seconds: number }): void;
  countReload(result: 'done' | 'failed'): void;
  /** The metrics as Prometheus reads them. */
  text(): Promise<string>;
}

/** Metrics of a server, in a registry of its own. */
export async function createServerMetrics(run: ServedRun): Promise<ServerMetrics> {
  const { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } =
    await import('prom-client');
  const register: Registry = new Registry();
  collectDefaultMetrics({ register });
  const durations = new Histogram({
    name: 'mmrec_http_request_duration_seconds',
    help: 'Time from a request to its answer.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1],
    registers: [register],
  });
  const reloads = new Counter({
    name: 'mmrec_reloads_total',
    help: 'Runs that replaced the one before, and attempts that failed.',
    labelNames: ['result'],
    registers: [register],
  });
  const gauges: Record<string, [string, () => number]> = {
    mmrec_model_users: ['Users of the run.', () => run.model.info.users],
    mmrec_model_items: ['Items that can be recommended.', () => run.model.info.items],
    mmrec_model_index_recall: [
      'Share of the exact best items that the index finds.',
      () => run.model.info.index.recall,
    ],
    mmrec_model_loaded_timestamp_seconds: [
      'When the model in use was loaded.',
      () => run.loadedAt.getTime() / 1000,
    ],
  };
  for (const [name, [help, value]] of Object.entries(gauges)) {
    new Gauge({
      name,
      help,
      registers: [register],
      collect() {
        this.set(value());
      },
    });
  }
  return {
    contentType: register.contentType,
    observe: ({ route, method, status, seconds }) => {
      durations.observe({ method, route, status }, seconds);
    },
    countReload: (result) => {
      reloads.inc({ result });
    },
    text: () => register.metrics(),
  };
}
