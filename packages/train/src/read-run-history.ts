import { join } from 'node:path';
import type { EpochRecord } from './fit-callbacks.js';
import { checkIsRun, readRunText, runFiles } from './run-files.js';

/** What happened in the epochs of a run. */
export interface RunHistory {
  /** One record an epoch, by rising epoch; none before the first epoch has ended. */
  readonly epochs: readonly EpochRecord[];
  /** Whether the last line was left out because it is not whole: the run is being written, or was killed then. */
  readonly truncated: boolean;
}

/**
 * Reads the history of a run, which may still be going. Where an epoch was run again, as after resuming
 * from an earlier checkpoint, what it replaces is left out.
 *
 * @throws {Error} If the folder holds no run, or a line before the last is no epoch's record.
 */
export async function readRunHistory(folder: string): Promise<RunHistory> {
  await checkIsRun('readRunHistory', folder);
  const text = (await readRunText(folder, runFiles.history)) ?? '';
  const lines = text.split('\n');
  const epochs: EpochRecord[] = [];
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '') continue;
    const record = parseRecord(line);
    if (record) {
      while (epochs.length > 0 && epochs.at(-1)!.epoch >= record.epoch) epochs.pop();
      epochs.push(record);
      continue;
    }
    // Lines are ended by a newline: what comes after the last one is being written.
    if (index === lines.length - 1) return { epochs, truncated: true };
    throw new Error(
      `readRunHistory: ${join(folder, runFiles.history)}:${index + 1} must be an epoch's record, got '${line.slice(0, 60)}'.`,
    );
  }
  return { epochs, truncated: false };
}

function parseRecord(line: string): EpochRecord | undefined {
  try {
    const record = JSON.parse(line) as Partial<EpochRecord> | null;
    const isRecord = Number.isInteger(record?.epoch) && typeof record?.losses === 'object';
    return isRecord ? (record as EpochRecord) : undefined;
  } catch {
    return undefined;
  }
}
