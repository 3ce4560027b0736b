import type { Streams } from '../streams.js';
import { UsageError } from '../usage-error.js';
import type { ExportedRun } from './exported-run.js';

/** Where embeddings can go. */
export const exportTargets = ['npy', 'parquet', 'onnx', 'serving', 'pgvector', 'qdrant'] as const;
export type ExportTarget = (typeof exportTargets)[number];

/** Flags of `mmrec export`. */
export interface ExportFlags {
  readonly to?: string;
  readonly out?: string;
  readonly force?: boolean;
  readonly input?: string;
  readonly users?: string;
  readonly url?: string;
  readonly table?: string;
  readonly collection?: string;
  readonly index?: string;
  /** False with `--no-seen`. */
  readonly seen?: boolean;
  readonly k?: string;
  readonly data?: string;
  readonly json?: boolean;
}

/** An export to be made. */
export interface ExportJob {
  readonly folder: string;
  readonly flags: ExportFlags;
  readonly k: number;
  readonly stderr: Streams['stderr'];
}

/** What was exported, and how it is printed. */
export interface ExportOutcome {
  readonly run: ExportedRun;
  /** Files, tables or collections, for `--json`. */
  readonly made: Readonly<Record<string, unknown>>;
  /** Lines that say where it is. */
  readonly summary: string;
  /** What the query is written in and does. */
  readonly heading: string;
  /** The query that gives a user's top items. */
  readonly query: string;
  readonly notes?: readonly string[];
}

/** @throws {UsageError} If the address of a server is missing. */
export function needUrl({ url, to }: ExportFlags, example: string): string {
  if (url !== undefined) return url;
  throw new UsageError(`export: --to ${to} needs --url, such as ${example}.`);
}

/** What a heading says of a user's training items. */
export const seenNote = (withSeen: boolean) => (withSeen ? ', without their training items' : '');
