import { open, type FileHandle } from 'node:fs/promises';
import {
  parquetMetadataAsync,
  parquetScan,
  parquetSchema,
  type AsyncBuffer,
  type FileMetaData,
  type ParquetScan,
  type RowGroup,
  type SchemaTree,
} from 'hyparquet';
import {
  getMaxDefinitionLevel,
  getMaxRepetitionLevel,
  getSchemaPath,
} from 'hyparquet/src/schema.js';
import { compressors } from 'hyparquet-compressors';
import { suggestion } from '@mmrec/core';
import { orExplain } from '../or-explain.js';
import { checkThrift } from './check-thrift.js';
import { featureTable, type FeatureTable } from './feature-table.js';
import { checkPages } from './parquet-pages.js';
import { readBytes } from './read-bytes.js';

/** Numbers that a file may unpack to, for each of its bytes, and besides. */
const mostNumbers = { perByte: 25, besides: 65_536 };

/** `PAR1` as a little-endian number. */
const parquetMagic = 0x31524150;

interface ParquetMatrix {
  /** Names of columns: one of lists, or one a feature. */
  readonly names: readonly string[];
  readonly isList: boolean;
  readonly dtype: string;
}

interface OpenFile {
  readonly where: string;
  readonly file: AsyncBuffer;
  readonly metadata: FileMetaData;
  readonly scan: ParquetScan;
  readonly matrix: ParquetMatrix;
}

/** Opens a matrix in a Parquet file; see `openFeatureTable`. */
export async function openParquetTable(path: string, name?: string): Promise<FeatureTable> {
  const where = `openFeatureTable: ${path}`;
  const handle = await orExplain(open(path, 'r'), where);
  try {
    const file = await bufferOf(handle);
    const opened = await explain(where, async () => {
      await checkFooter(file);
      const metadata = await parquetMetadataAsync(file);
      checkMetadata(metadata, file.byteLength);
      const matrix = chooseMatrix(parquetSchema(metadata), where, name);
      return {
        where,
        file,
        metadata,
        matrix,
        scan: await parquetScan({ file, metadata, compressors }),
      };
    });
    return await tableOf(opened, handle);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function tableOf(opened: OpenFile, handle: FileHandle): Promise<FeatureTable> {
  const { metadata, matrix, where } = opened;
  const groups = rowGroups(metadata);
  const rows = groups.at(-1)?.end ?? 0;
  let current: { group: number; data: Float32Array } | undefined;
  const read = async (group: number) => {
    if (current?.group !== group) {
      current = undefined;
      current = { group, data: await readGroup(opened, group, groups[group]!) };
    }
    return current.data;
  };
  const first = groups.findIndex(({ start, end }) => end > start);
  const columns = matrix.isList
    ? first < 0
      ? 0
      : (await read(first)).length / (groups[first]!.end - groups[first]!.start)
    : matrix.names.length;
  return featureTable({
    rows,
    columns,
    dtype: matrix.dtype,
    async readBlock(from, to) {
      const out = new Float32Array((to - from) * columns);
      for (const [group, { start, end }] of groups.entries()) {
        const [low, high] = [Math.max(start, from), Math.min(end, to)];
        if (low >= high) continue;
        const data = await read(group);
        if (data.length !== (end - start) * columns) {
          throw new RangeError(
            `${where}: lists must all have ${columns} numbers, as the first does.`,
          );
        }
        out.set(
          data.subarray((low - start) * columns, (high - start) * columns),
          (low - from) * columns,
        );
      }
      return out;
    },
    close: () => handle.close(),
  });
}

function rowGroups({ row_groups: groups }: FileMetaData): { start: number; end: number }[] {
  let end = 0;
  return groups.map(({ num_rows: rows }) => ({ start: end, end: (end += Number(rows)) }));
}

/** A row group's numbers, row by row. */
async function readGroup(
  opened: OpenFile,
  group: number,
  { start, end }: { start: number; end: number },
): Promise<Float32Array> {
  const { where, matrix, metadata, file, scan } = opened;
  return explain(where, async () => {
    await checkGroup(file, metadata, { group: metadata.row_groups[group]!, names: matrix.names });
    const columns: unknown[][] = [];
    for (const column of matrix.names) {
      const values = await scan.readColumn({ column, rowStart: start, rowEnd: end });
      if (values.length !== end - start) {
        throw new RangeError(`${column} must have ${end - start} rows, got ${values.length}`);
      }
      columns.push(values as unknown[]);
    }
    return matrix.isList ? fromLists(columns[0]!, start) : fromColumns(columns, start);
  });
}

function fromLists(lists: readonly unknown[], start: number): Float32Array {
  const width = Array.isArray(lists[0]) ? lists[0].length : 0;
  const out = new Float32Array(lists.length * width);
  lists.forEach((list, row) => {
    if (!Array.isArray(list) || list.length !== width) {
      const got = Array.isArray(list) ? String(list.length) : 'none';
      throw new RangeError(`row ${start + row} must have a list of ${width} numbers, got ${got}`);
    }
    list.forEach((value: unknown, column) => {
      out[row * width + column] = numberOf(value, start + row);
    });
  });
  return out;
}

function fromColumns(columns: readonly (readonly unknown[])[], start: number): Float32Array {
  const [rows, width] = [columns[0]!.length, columns.length];
  const out = new Float32Array(rows * width);
  columns.forEach((values, column) => {
    for (let row = 0; row < rows; row++)
      out[row * width + column] = numberOf(values[row], start + row);
  });
  return out;
}

function numberOf(value: unknown, row: number): number {
  if (typeof value === 'number') return value;
  throw new RangeError(`row ${row} must hold numbers, got ${String(value)}`);
}

/** Checks the footer, which describes the columns, before it is parsed. */
async function checkFooter(file: AsyncBuffer): Promise<void> {
  const size = file.byteLength;
  const tail = size < 12 ? undefined : new DataView(await file.slice(size - 8, size));
  if (tail?.getUint32(4, true) !== parquetMagic) {
    throw new RangeError('a file that does not end in PAR1');
  }
  const length = tail.getUint32(0, true);
  if (length > size - 8) throw new RangeError(`a footer of ${length} bytes in a file of ${size}`);
  checkThrift(new DataView(await file.slice(size - 8 - length, size - 8)), 0);
}

/** Checks sizes that the file claims against its own. */
function checkMetadata({ row_groups: groups }: FileMetaData, fileSize: number): void {
  const most = mostNumbers.perByte * fileSize + mostNumbers.besides;
  let rows = 0;
  for (const { num_rows: claimed } of groups) {
    const count = Number(claimed);
    if (!(count >= 0 && (rows += count) <= most)) {
      throw new RangeError(
        `rows must be from 0 to ${most} in a file of ${fileSize} bytes, got ${count}`,
      );
    }
  }
}

/** Checks the pages of a row group's columns before they are decoded. */
async function checkGroup(
  file: AsyncBuffer,
  metadata: FileMetaData,
  { group, names }: { group: RowGroup; names: readonly string[] },
): Promise<void> {
  const values = mostNumbers.perByte * file.byteLength + mostNumbers.besides;
  for (const { meta_data: meta } of group.columns) {
    const [root] = meta?.path_in_schema ?? [];
    if (!meta || root === undefined || !names.includes(root)) continue;
    const start = Number(meta.dictionary_page_offset ?? meta.data_page_offset);
    const length = Number(meta.total_compressed_size);
    if (!(start >= 0 && length >= 0 && start + length <= file.byteLength)) {
      throw new RangeError(`column ${root} must lie within the file`);
    }
    const path = getSchemaPath(metadata.schema, meta.path_in_schema);
    checkPages(await file.slice(start, start + length), meta, {
      values,
      bytes: 4 * values,
      levels: { repetition: getMaxRepetitionLevel(path), definition: getMaxDefinitionLevel(path) },
      compressors,
    });
  }
}

function chooseMatrix(schema: SchemaTree, where: string, name?: string): ParquetMatrix {
  const lists = schema.children.flatMap((child) => {
    const leaf = listLeaf(child);
    return leaf === undefined ? [] : [{ names: [child.element.name], isList: true, dtype: leaf }];
  });
  const flat = schema.children.flatMap(({ element, children }) => {
    const dtype = children.length === 0 ? floatType(element) : undefined;
    return dtype === undefined ? [] : [{ name: element.name, dtype }];
  });
  const named = lists.filter(({ names }) => name === undefined || names[0] === name);
  if (named.length === 1) return named[0]!;
  if (name === undefined && lists.length === 0 && flat.length > 0) {
    return { names: flat.map((column) => column.name), isList: false, dtype: flat[0]!.dtype };
  }
  const known = lists.map(({ names }) => names[0]!);
  const rule =
    name === undefined
      ? 'must hold one column of lists of floating-point numbers, or a column of such numbers a feature'
      : `must hold a column '${name}' of lists of floating-point numbers`;
  const hint = name === undefined ? '' : suggestion(name, known);
  throw new TypeError(`${where} ${rule}, got ${known.length ? known.join(', ') : 'none'}.${hint}`);
}

/** Type of the numbers of a column of lists, or undefined for another column. */
function listLeaf({ element, children }: SchemaTree): string | undefined {
  const [repeated, ...more] = children;
  const [leaf, ...others] = repeated?.children ?? [];
  if (more.length > 0 || others.length > 0 || !leaf || leaf.children.length > 0) return undefined;
  const isList = element.logical_type?.type === 'LIST' || element.converted_type === 'LIST';
  return isList ? floatType(leaf.element) : undefined;
}

function floatType({ type, logical_type: logical }: SchemaTree['element']): string | undefined {
  if (type === 'FLOAT' || type === 'DOUBLE') return type;
  return logical?.type === 'FLOAT16' ? 'FLOAT16' : undefined;
}

async function bufferOf(handle: FileHandle): Promise<AsyncBuffer> {
  const { size } = await handle.stat();
  return {
    byteLength: size,
    slice: (start, end = size) => readBytes(handle, { start, length: Math.min(end, size) - start }),
  };
}

/** Names the file in whatever the library says of it. */
async function explain<T>(where: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const { message } = error as Error;
    if (message.startsWith(where)) throw error;
    const reason = message.replaceAll(/\s+/g, ' ');
    throw new RangeError(`${where} must be a sound Parquet file, got: ${reason}.`, {
      cause: error,
    });
  }
}
