import { writeFileAtomically, type Rng } from '@mmrec/core';
import { heldOutLabels, splitStreamName } from '../held-out-labels.js';
import type { Database } from './database.js';

/** Ways of splitting, by name. */
export type PrepareProtocol = 'mmrec' | 'lattice' | 'time' | 'leave-one-out';

/** How interactions are split. */
export interface SplitOptions {
  readonly protocol: PrepareProtocol;
  readonly rng: Rng;
  /** Shares of the protocol `time`. */
  readonly validation: number;
  readonly test: number;
}

/** Interactions in each split. */
export interface SplitCounts {
  readonly train: number;
  readonly validation: number;
  readonly test: number;
}

/** Where the interactions and the users go. */
export interface SplitFiles {
  readonly interactions: string;
  readonly users: string;
  onRows(rows: number): void;
}

/** A user's interactions in order. */
interface UserRows {
  readonly user: number;
  readonly id: string;
  readonly items: readonly number[];
  readonly times: readonly number[];
}

const textAtOnce = 1 << 18;
const splitNames = ['train', 'validation', 'test'] as const;

/**
 * Splits `core` and writes it user by user as an `.inter` file, and the users' external ids as JSON
 * lines. Holds one user's interactions at a time.
 */
export async function splitInteractions(
  database: Database,
  options: SplitOptions,
  files: SplitFiles,
): Promise<SplitCounts> {
  const label = await createLabeller(database, options);
  const hasTimes = usesTime(options.protocol);
  const counts = { train: 0, validation: 0, test: 0 };
  let rows = 0;
  await writeFileAtomically(files.users, async (usersHandle) => {
    await writeFileAtomically(files.interactions, async (handle) => {
      let users = '';
      let text = `userID\titemID\t${hasTimes ? 'timestamp\t' : ''}x_label\n`;
      for await (const own of usersInOrder(database, options.protocol)) {
        const labels = label(own);
        users += `${JSON.stringify({ id: own.user, externalId: own.id })}\n`;
        for (let at = 0; at < own.items.length; at++) {
          const time = hasTimes ? `${own.times[at]}\t` : '';
          text += `${own.user}\t${own.items[at]}\t${time}${labels[at]}\n`;
          counts[splitNames[labels[at]!]!]++;
        }
        rows += own.items.length;
        if (text.length + users.length < textAtOnce) continue;
        await handle.writeFile(text);
        await usersHandle.writeFile(users);
        text = users = '';
        files.onRows(rows);
      }
      await handle.writeFile(text);
      await usersHandle.writeFile(users);
    });
  });
  files.onRows(rows);
  return counts;
}

/** Whether a protocol needs to know when interactions happened. */
export function usesTime(protocol: PrepareProtocol): boolean {
  return protocol === 'time' || protocol === 'leave-one-out';
}

/** Reads users and their interactions side by side, both in the order of the users. */
async function* usersInOrder(
  database: Database,
  protocol: PrepareProtocol,
): AsyncGenerator<UserRows> {
  const ids = idsInOrder(database);
  const order = protocol === 'leave-one-out' ? '"user", time, "row"' : '"user", "row"';
  const time = usesTime(protocol) ? 'time' : '0::INTEGER';
  let current: { user: number; items: number[]; times: number[] } | undefined;
  const finish = async (rows: NonNullable<typeof current>): Promise<UserRows> => ({
    ...rows,
    id: (await ids.next()).value as string,
  });
  const rows = database.blocks(`SELECT "user", item, ${time} FROM core ORDER BY ${order}`);
  for await (const [users, items, times] of rows as AsyncGenerator<ArrayLike<number>[]>) {
    for (let at = 0; at < users!.length; at++) {
      if (current?.user !== users![at]) {
        if (current) yield await finish(current);
        current = { user: users![at]!, items: [], times: [] };
      }
      current!.items.push(items![at]!);
      current!.times.push(times![at]!);
    }
  }
  if (current) yield await finish(current);
}

async function* idsInOrder(database: Database): AsyncGenerator<string> {
  for await (const [ids] of database.blocks('SELECT id FROM users ORDER BY "user"')) {
    yield* ids as unknown as string[];
  }
}

/** Says which split each of a user's interactions belongs to. */
async function createLabeller(
  database: Database,
  { protocol, rng, validation, test }: SplitOptions,
): Promise<(own: UserRows) => Uint8Array> {
  if (protocol === 'leave-one-out') return ({ items }) => lastTwo(items.length);
  if (protocol === 'mmrec' || protocol === 'lattice') {
    return ({ id, items }) =>
      heldOutLabels(items.length, { protocol, stream: () => rng.stream(splitStreamName(id)) });
  }
  const [rows] = await database.first('SELECT count(*) FROM core');
  const count = Number(rows);
  const timeAt = async (position: number) =>
    position < 0
      ? -Infinity
      : Number(
          (
            await database.first(`SELECT time FROM core ORDER BY time LIMIT 1 OFFSET ${position}`)
          )[0],
        );
  const lastTraining = await timeAt(count - Math.round(count * (validation + test)) - 1);
  const lastValidation = await timeAt(count - Math.round(count * test) - 1);
  return ({ times }) =>
    Uint8Array.from(times, (time) => (time <= lastTraining ? 0 : time <= lastValidation ? 1 : 2));
}

/** Labels of a leave-one-out split: the last for test, the one before it for validation. */
function lastTwo(count: number): Uint8Array {
  const labels = new Uint8Array(count);
  if (count < 3) return labels;
  labels[count - 1] = 2;
  labels[count - 2] = 1;
  return labels;
}
