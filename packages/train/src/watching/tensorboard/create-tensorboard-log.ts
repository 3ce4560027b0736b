import { existsSync, readdirSync } from 'node:fs';
import { appendFile, mkdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { EpochRecord, FitCallbacks } from '../../fit-callbacks.js';
import { encodeEvent, type TensorBoardEvent } from './encode-event.js';

/** Writes what happens in training for TensorBoard. */
export interface TensorBoardLog extends Required<Pick<FitCallbacks, 'onEpoch' | 'onStart'>> {
  /** Adds numbers of one's own, by tag, at a step. */
  scalars(step: number, values: Readonly<Record<string, number>>): Promise<void>;
}

/**
 * Callbacks that write an event file, which `tensorboard --logdir <folder>` shows: `loss/<term>`,
 * `valid/<metric>`, `training/learningRate` and `training/seconds` by epoch.
 *
 * Training that was resumed gets a file of its own beside the earlier one, which voids epochs that the earlier
 * one holds and that are done again; where there is no earlier one, it begins with the epochs before.
 *
 * @param folder - Made when the first event is written.
 */
export function createTensorBoardLog(folder: string): TensorBoardLog {
  let file: string | undefined;

  async function write(events: readonly TensorBoardEvent[]): Promise<void> {
    if (file === undefined) {
      await mkdir(folder, { recursive: true });
      // TensorBoard reads a folder's files in the order of their names.
      const name = `events.out.tfevents.${(Date.now() / 1000).toFixed(3)}.${hostname()}.${process.pid}`;
      file = join(folder, name);
      events = [{ wallTime: now(), fileVersion: 'brain.Event:2' }, ...events];
    }
    await appendFile(file, Buffer.concat(events.map(encodeEvent)));
  }

  return {
    onEpoch: (record) => write([eventOf(record, now())]),
    onStart: async (history) => {
      // The earlier process may have got further than its last checkpoint.
      const voided = { wallTime: now(), step: history.length + 1, restart: true };
      if (hasEvents(folder)) await write([voided]);
      else if (history.length > 0) await write(eventsOf(history));
    },
    scalars: (step, scalars) => write([{ wallTime: now(), step, scalars }]),
  };
}

const now = () => Date.now() / 1000;

const hasEvents = (folder: string) =>
  existsSync(folder) && readdirSync(folder).some((name) => name.includes('tfevents'));

/** Events of epochs that were trained before, as if one had followed the other until now. */
function eventsOf(history: readonly EpochRecord[]): TensorBoardEvent[] {
  let wallTime = now();
  const events: TensorBoardEvent[] = [];
  for (const record of history.toReversed()) {
    events.unshift(eventOf(record, wallTime));
    wallTime -= record.seconds + (record.evaluationSeconds ?? 0);
  }
  return events;
}

function eventOf(record: EpochRecord, wallTime: number): TensorBoardEvent {
  const tagged = (group: string, values: Readonly<Record<string, number>> = {}) =>
    Object.entries(values).map(([name, value]) => [`${group}/${name}`, value] as const);
  const { epoch, losses, valid, learningRate, seconds } = record;
  return {
    wallTime,
    step: epoch,
    scalars: Object.fromEntries([
      ...tagged('loss', losses),
      ...tagged('valid', valid),
      ...tagged('training', { learningRate, seconds }),
    ]),
  };
}
