import type { ColumnMetaData, Compressors, PageHeader } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import { decompressPage } from 'hyparquet/src/datapage.js';
import { readVarInt } from 'hyparquet/src/thrift.js';
import { checkThrift } from './check-thrift.js';

/** What the pages of a column may ask for. */
export interface PageLimits {
  /** Most values a column of a row group may have. */
  readonly values: number;
  /** Most bytes a page may unpack to. */
  readonly bytes: number;
  /** Largest repetition and definition level of the column. */
  readonly levels: { readonly repetition: number; readonly definition: number };
  readonly compressors: Compressors;
}

interface Reader {
  readonly view: DataView;
  offset: number;
}

/** Encodings whose length is known before they are unpacked. */
const encodings = ['PLAIN', 'PLAIN_DICTIONARY', 'RLE_DICTIONARY', 'BYTE_STREAM_SPLIT'];

/**
 * Walks the pages of a column chunk and checks every number that says how much follows. The library that decodes
 * them trusts these: a flipped bit in a run's length would have it fill the memory.
 *
 * @throws {RangeError} If a page asks for more than it may, or ends early.
 */
export function checkPages(chunk: ArrayBuffer, meta: ColumnMetaData, limits: PageLimits): void {
  const reader: Reader = { view: new DataView(chunk), offset: 0 };
  let values = 0;
  while (reader.offset < chunk.byteLength - 1) {
    checkThrift(reader.view, reader.offset);
    const header = parquetHeader(reader);
    const { compressed_page_size: length, uncompressed_page_size: size } = header;
    check('bytes of a page', length, chunk.byteLength - reader.offset);
    check('bytes of an unpacked page', size, limits.bytes);
    const page = new Uint8Array(chunk, reader.offset, length);
    reader.offset += length;
    const count = pageValues(header);
    check('values of a page', count, limits.values - values);
    if (header.type === 'DICTIONARY_PAGE') {
      decompressPage(page, size, meta.codec, limits.compressors);
    } else {
      values += count;
      checkDataPage(page, header, { codec: meta.codec, limits, count });
    }
  }
}

function pageValues(header: PageHeader): number {
  const page =
    header.data_page_header ?? header.data_page_header_v2 ?? header.dictionary_page_header;
  return page?.num_values ?? NaN;
}

function checkDataPage(
  packed: Uint8Array,
  header: PageHeader,
  { codec, limits, count }: { codec: ColumnMetaData['codec']; limits: PageLimits; count: number },
): void {
  const {
    uncompressed_page_size: size,
    data_page_header: first,
    data_page_header_v2: second,
  } = header;
  const { repetition, definition } = limits.levels;
  let reader: Reader;
  if (first) {
    reader = readerOf(decompressPage(packed, size, codec, limits.compressors));
    for (const level of [repetition, definition]) {
      if (level === 0) continue;
      check('bytes of levels', 4, reader.view.byteLength - reader.offset);
      const length = reader.view.getUint32(reader.offset, true);
      reader.offset += 4;
      checkLevels(reader, { length, level, count });
    }
  } else if (second) {
    const levels = readerOf(packed);
    const lengths = [
      second.repetition_levels_byte_length,
      second.definition_levels_byte_length,
    ] as const;
    checkLevels(levels, { length: lengths[0], level: repetition, count });
    checkLevels(levels, { length: lengths[1], level: definition, count });
    const rest = packed.subarray(levels.offset);
    const unpacked = size - lengths[0] - lengths[1];
    check('bytes of an unpacked page', unpacked, size);
    const isPacked = second.is_compressed !== false;
    reader = readerOf(isPacked ? decompressPage(rest, unpacked, codec, limits.compressors) : rest);
    check('nulls of a page', second.num_nulls, count);
  } else {
    throw new RangeError(`a page must have data, got ${header.type}`);
  }
  const encoding = (first ?? second)!.encoding;
  if (!encodings.includes(encoding)) {
    throw new RangeError(`encoding must be one of ${encodings.join(', ')}, got ${encoding}`);
  }
  if (!encoding.endsWith('_DICTIONARY')) return;
  check('bytes of indices', 1, reader.view.byteLength - reader.offset);
  const width = reader.view.getUint8(reader.offset++);
  check('bits of an index', width, 32);
  // Nulls have no index: there may be fewer of them than values, never more.
  if (width > 0) checkRuns(reader, { width, count, end: reader.view.byteLength });
}

function checkLevels(
  reader: Reader,
  { length, level, count }: { length: number; level: number; count: number },
): void {
  check('bytes of levels', length, reader.view.byteLength - reader.offset);
  const end = reader.offset + length;
  if (level > 0) checkRuns(reader, { width: 32 - Math.clz32(level), count, end });
  reader.offset = end;
}

/** Runs of equal values, and of packed ones, up to `count` values or `end`. */
function checkRuns(
  reader: Reader,
  { width, count, end }: { width: number; count: number; end: number },
): void {
  for (let seen = 0; seen < count && reader.offset < end;) {
    const header = readVarInt(reader);
    const packed = (header & 1) === 1;
    const run = packed ? (header >>> 1) * 8 : header >>> 1;
    // Packed values come in eights, of which the last may be more than are needed.
    check('values of a run', run, count - seen + (packed ? 7 : 0));
    reader.offset += packed ? (header >>> 1) * width : (width + 7) >> 3;
    if (run === 0) throw new RangeError('a run must have values, got 0');
    seen += run;
  }
}

const readerOf = (bytes: Uint8Array): Reader => ({
  view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
  offset: 0,
});

function check(what: string, got: number, most: number): void {
  if (got >= 0 && got <= most) return;
  throw new RangeError(`${what} must be from 0 to ${Math.max(0, most)}, got ${got}`);
}
