import { basename, extname } from 'node:path';
import { suggestion } from '@mmrec/core';

/** Kinds of file that are prepared; each of the text formats may be compressed with gzip. */
export type SourceFormat = 'jsonl' | 'csv' | 'tsv' | 'parquet';

/** A file to read. */
export interface SourceFile {
  /** Where it is, as it was given. */
  readonly path: string;
  /** Name for messages and for the manifest. */
  readonly name: string;
  readonly format: SourceFormat;
  /** Compressed with gzip. */
  readonly isCompressed: boolean;
  /** On S3 or the web: read by DuckDB, and without a hash. */
  readonly isRemote: boolean;
}

const extensions: Readonly<Record<string, SourceFormat>> = {
  '.json': 'jsonl',
  '.jsonl': 'jsonl',
  '.ndjson': 'jsonl',
  '.csv': 'csv',
  '.tsv': 'tsv',
  '.parquet': 'parquet',
};

const formats: readonly SourceFormat[] = ['jsonl', 'csv', 'tsv', 'parquet'];

/**
 * Says how a file is to be read, by its name unless a format is given.
 *
 * @throws {TypeError} For an unknown format, and for a remote file that is not Parquet.
 */
export function describeSource(path: string, given?: string): SourceFile {
  const isCompressed = path.toLowerCase().endsWith('.gz');
  const name = basename(path);
  const format = given ?? extensions[extname(path.replace(/\.gz$/i, '')).toLowerCase()];
  const known = formats.find((candidate) => candidate === format);
  if (known === undefined) {
    const got = given === undefined ? `'${name}'` : `'${given}'`;
    throw new TypeError(
      `prepareDataset: the format of a file must be one of ${formats.join(', ')}, got ${got}.${suggestion(given ?? '', formats) || ' Name it with the option format.'}`,
    );
  }
  const isRemote = /^[a-z][a-z\d]+:\/\//i.test(path);
  if (isRemote && known !== 'parquet') {
    throw new TypeError(
      `prepareDataset: a remote file must be Parquet, got '${path}'. Download it first.`,
    );
  }
  return { path, name, format: known, isCompressed: isCompressed && known !== 'parquet', isRemote };
}
