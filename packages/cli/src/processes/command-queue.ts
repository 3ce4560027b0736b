import { createHash } from 'node:crypto';
import type { Job, Queue, QueueEvents, Worker } from 'bullmq';
import { UsageError } from '../usage-error.js';
import type { CommandResult } from './run-command.js';

/** Commands that workers on any machine run. */
export interface CommandQueue {
  /** Has a worker run a command, and waits for it. The same arguments at the same time are one job. */
  run(args: readonly string[]): Promise<CommandResult>;
  close(): Promise<void>;
}

/** A worker of a queue. */
export interface QueueWorker {
  /** Lets no new command begin, and waits for those at work to end. */
  close(): Promise<void>;
}

/** How a worker works. */
export interface WorkOptions {
  /** Commands at a time. */
  readonly workers: number;
  /** Runs a command. */
  run(args: readonly string[]): Promise<CommandResult>;
  /** Called when a command begins and when it has ended. */
  onCommand?(args: readonly string[], result?: CommandResult): void;
}

interface CommandJob {
  readonly args: readonly string[];
}

/** Name of the queue in Redis, and prefix of its keys. */
const queueName = 'commands';
const prefix = 'mmrec';
/** A worker that gives no sign of life for so long is lost, and another takes its command up, in milliseconds. */
const lockDuration = 15_000;
const stalledInterval = 5_000;
/** Results are read at once; those of a caller that was lost are kept for a day, in seconds. */
const keepResults = { age: 24 * 60 * 60 };

/**
 * Opens a queue in Redis (or Valkey) by BullMQ.
 *
 * @param address - Such as `redis://localhost:6379`.
 * @throws {UsageError} If the address is none.
 * @throws {Error} If BullMQ is not installed, or nothing answers at the address.
 */
export async function openCommandQueue(address: string): Promise<CommandQueue> {
  const { bullmq, connection } = await connect(address);
  const options = { connection, prefix };
  const queue: Queue<CommandJob, CommandResult> = new bullmq.Queue(queueName, {
    ...options,
    defaultJobOptions: {
      attempts: 3,
      backoff: { type: 'exponential', delay: 1000 },
      removeOnComplete: keepResults,
      removeOnFail: keepResults,
    },
  });
  const events: QueueEvents = new bullmq.QueueEvents(queueName, options);
  // Without a listener a lost connection would end the process; BullMQ connects again by itself.
  queue.on('error', () => undefined);
  events.on('error', () => undefined);
  await events.waitUntilReady();
  return {
    run: async (args) => {
      const id = createHash('sha256').update(JSON.stringify(args)).digest('hex').slice(0, 32);
      await removeEnded(await queue.getJob(id));
      const job = await queue.add(args.slice(0, 2).join(' '), { args }, { jobId: id });
      return job.waitUntilFinished(events);
    },
    close: async () => {
      await events.close();
      await queue.close();
    },
  };
}

/** A job that has ended gives way to a new one of the same arguments: what made it fail may be mended. */
async function removeEnded(job: Job | undefined): Promise<void> {
  if (!job) return;
  if ((await job.isCompleted()) || (await job.isFailed())) await job.remove();
}

/**
 * Takes commands from a queue and runs them. A command whose worker is lost is taken up by another one.
 *
 * @throws {UsageError} If the address is none.
 * @throws {Error} If BullMQ is not installed, or nothing answers at the address.
 */
export async function workOnQueue(
  address: string,
  { workers, run, onCommand }: WorkOptions,
): Promise<QueueWorker> {
  const { bullmq, connection } = await connect(address);
  const work = async ({ data: { args } }: Job<CommandJob>): Promise<CommandResult> => {
    onCommand?.(args);
    const result = await run(args);
    onCommand?.(args, result);
    return result;
  };
  const worker: Worker<CommandJob, CommandResult> = new bullmq.Worker(
    queueName,
    async (job: Job<CommandJob>, token?: string) => {
      const result = await work(job);
      if (result.code !== null) return result;
      // This worker is told to stop: the command goes back for another one.
      await job.moveToDelayed(Date.now() + 500, token);
      throw new bullmq.DelayedError();
    },
    {
      ...{ connection, prefix, concurrency: workers, lockDuration, stalledInterval },
      // A command may lose any number of workers: it goes on from where it was.
      maxStalledCount: 1_000_000,
    },
  );
  worker.on('error', () => undefined);
  await worker.waitUntilReady();
  return { close: () => worker.close() };
}

async function connect(address: string) {
  const url = parseAddress(address);
  const bullmq = await import('bullmq').catch((cause: unknown) => {
    throw new Error(
      `--queue needs the packages bullmq and ioredis: ${(cause as Error).message.split('\n')[0]}. Install them with: npm install bullmq ioredis`,
      { cause },
    );
  });
  const connection = {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(url.port || 6379),
    ...(url.username && { username: decodeURIComponent(url.username) }),
    ...(url.password && { password: decodeURIComponent(url.password) }),
    ...(url.pathname.length > 1 && { db: Number(url.pathname.slice(1)) }),
    ...(url.protocol === 'rediss:' && { tls: {} }),
    // BullMQ wants commands to wait for a connection that was lost.
    maxRetriesPerRequest: null,
  };
  await checkAnswers(connection, address);
  return { bullmq, connection };
}

function parseAddress(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url && ['redis:', 'rediss:'].includes(url.protocol) && url.hostname !== '') return url;
  throw new UsageError(`--queue must be an address such as redis://host:6379, got '${address}'.`);
}

/** @throws {Error} If no Redis answers. */
async function checkAnswers(
  connection: Readonly<Record<string, unknown>>,
  address: string,
): Promise<void> {
  const { Redis } = await import('ioredis');
  const client = new Redis({ ...connection, lazyConnect: true, retryStrategy: () => null });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.ping();
  } catch (cause) {
    throw new Error(
      `--queue ${address.replace(/\/\/.*@/, '//')}: no Redis answers: ${(cause as Error).message}`,
      { cause },
    );
  } finally {
    client.disconnect();
  }
}
