import type { InteractionColumns } from './interaction-table.js';

/**
 * The timestamps of interactions.
 *
 * @throws {TypeError} If there are none.
 * @throws {RangeError} If one is not finite, or their number differs from that of the rows.
 */
export function checkTimestamps(
  where: string,
  { timestamps, users }: InteractionColumns,
): Float64Array {
  if (!timestamps) throw new TypeError(`${where}: interactions must have timestamps, got none.`);
  if (timestamps.length !== users.length) {
    throw new RangeError(
      `${where}: timestamps must have ${users.length} rows, got ${timestamps.length}.`,
    );
  }
  const wrong = timestamps.findIndex((time) => !Number.isFinite(time));
  if (wrong !== -1) {
    throw new RangeError(
      `${where}: timestamps must be finite, got ${timestamps[wrong]} at position ${wrong}.`,
    );
  }
  return timestamps;
}
