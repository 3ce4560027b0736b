import { createGrowingColumn, createIntColumn } from './growing-column.js';
import { createIdIndexer } from './id-map.js';
import type { InteractionTable } from './interaction-table.js';
import { shortened } from './read-lines.js';

/** Names of a table's columns. */
export interface TableColumns {
  /** Column of external user ids. */
  readonly user: string;
  /** Column of external item ids. */
  readonly item: string;
  /** Column of splits: 0 training, 1 validation, 2 test. */
  readonly label?: string;
  /** Column of ratings, finite numbers. */
  readonly rating?: string;
  /** Column of times: numbers of one unit, or dates as text that JavaScript reads. */
  readonly timestamp?: string;
}

/** Receives a table row by row. */
export interface TableRows {
  /** Names of the columns whose cells {@link add} takes, in that order. */
  readonly names: readonly string[];
  /**
   * @param cells - One value for each name.
   * @param place - Where the row is, for messages: the file and the line or row.
   */
  add(cells: readonly unknown[], place: () => string): void;
  /** The rows so far, or undefined without any. */
  finish(source: readonly string[]): InteractionTable | undefined;
}

type Cell = (value: unknown, name: string, place: () => string) => number;

/** Collects the interactions of a table, external ids mapped in order of first appearance. */
export function createTableRows(columns: TableColumns): TableRows {
  const userIds = createIdIndexer();
  const itemIds = createIdIndexer();
  const users = createIntColumn();
  const items = createIntColumn();
  const labels = createGrowingColumn((length) => new Uint8Array(length));
  const ratings = createGrowingColumn((length) => new Float32Array(length));
  const timestamps = createGrowingColumn((length) => new Float64Array(length));
  const readers: [string | undefined, { push(value: number): void }, Cell][] = [
    [columns.user, users, (...cell) => userIds.index(toId(...cell))],
    [columns.item, items, (...cell) => itemIds.index(toId(...cell))],
    [columns.label, labels, toLabel],
    [columns.rating, ratings, toNumber],
    [columns.timestamp, timestamps, toTime],
  ];
  const wanted = readers.filter(([name]) => name !== undefined);
  return {
    names: wanted.map(([name]) => name!),
    add: (cells, place) => {
      for (const [slot, [name, column, read]] of wanted.entries()) {
        column.push(read(cells[slot], name!, place));
      }
    },
    finish: (source) => {
      const ids = { userIds: userIds.finish(), itemIds: itemIds.finish() };
      const numUsers = ids.userIds.ids.length;
      if (numUsers === 0) return undefined;
      return {
        numUsers,
        numItems: ids.itemIds.ids.length,
        users: users.finish(),
        items: items.finish(),
        ...ids,
        ...(columns.label !== undefined && { labels: labels.finish() }),
        ...(columns.rating !== undefined && { ratings: ratings.finish() }),
        ...(columns.timestamp !== undefined && { timestamps: timestamps.finish() }),
        source,
      };
    },
  };
}

export function toId(value: unknown, name: string, place: () => string): string {
  if (typeof value === 'string' && value !== '') return value;
  if (typeof value === 'bigint' || Number.isSafeInteger(value)) return String(value);
  const rule = 'must be text that is not empty or an integer below 2^53';
  throw new RangeError(`${place()}: ${name} ${rule}, got ${show(value)}.`);
}

function toLabel(value: unknown, name: string, place: () => string): number {
  const label = asNumber(value);
  if (label === 0 || label === 1 || label === 2) return label;
  const rule = 'must be 0 (train), 1 (validation) or 2 (test)';
  throw new RangeError(`${place()}: ${name} ${rule}, got ${show(value)}.`);
}

export function toNumber(value: unknown, name: string, place: () => string): number {
  const number = asNumber(value);
  if (Number.isFinite(number)) return number;
  throw new RangeError(`${place()}: ${name} must be a finite number, got ${show(value)}.`);
}

export function toTime(value: unknown, name: string, place: () => string): number {
  const number = asNumber(value);
  if (Number.isFinite(number)) return number;
  const time = value instanceof Date ? value.getTime() : Date.parse(String(value));
  if (Number.isFinite(time)) return time;
  throw new RangeError(`${place()}: ${name} must be a number or a date, got ${show(value)}.`);
}

/** A number, or the number that a text holds; NaN for anything else. */
function asNumber(value: unknown): number {
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value);
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : NaN;
}

function show(value: unknown): string {
  if (typeof value === 'string') return `'${shortened(value)}'`;
  if (value === undefined) return 'nothing';
  if (typeof value === 'bigint' || typeof value === 'number') return String(value);
  try {
    return shortened(JSON.stringify(value));
  } catch {
    return 'something nested too deeply to show';
  }
}
