import type { Streams } from '../streams.js';
import { openCommandQueue } from './command-queue.js';

/** The first number of a shard, and the one after the last. */
export type Shard = readonly [first: number, end: number];

/** Cuts a range into shards of `size`, the last one shorter. */
export function shardsOf([first, end]: Shard, size: number): Shard[] {
  const count = Math.ceil((end - first) / size);
  return Array.from({ length: count }, (_, at) => [
    first + at * size,
    Math.min(end, first + (at + 1) * size),
  ]);
}

/** How shards are worked off by the workers of a queue. */
export interface ShardWork {
  /** Such as `redis://localhost:6379`. */
  readonly address: string;
  /** The command that does a shard; undefined: it is done already. */
  commandOf(shard: Shard): readonly string[] | undefined;
  /** A shard, in the progress. */
  describe(shard: Shard): string;
  /** What failed, before the command's own message. */
  nameFailure(shard: Shard): string;
  readonly stderr: Streams['stderr'];
}

/**
 * Has workers do shards, all at once.
 *
 * @throws {Error} If a command fails, or no queue answers.
 */
export async function runShards(
  shards: readonly Shard[],
  { address, commandOf, describe, nameFailure, stderr }: ShardWork,
): Promise<void> {
  const queue = await openCommandQueue(address);
  try {
    let done = 0;
    await Promise.all(
      shards.map(async (shard) => {
        const command = commandOf(shard);
        if (command) {
          const { code, message } = await queue.run(command);
          if (code !== 0) throw new Error(`${nameFailure(shard)}: ${message}`);
        }
        stderr.write(`[${++done}/${shards.length}] ${describe(shard)}\n`);
      }),
    );
  } finally {
    await queue.close();
  }
}
