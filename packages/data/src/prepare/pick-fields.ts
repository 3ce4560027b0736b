const quote = 34;
const backslash = 92;
const comma = 44;
const colon = 58;
const openBrace = 123;
const closeBrace = 125;
const openBracket = 91;
const closeBracket = 93;

/**
 * Takes some fields out of a line that holds a JSON object.
 *
 * @returns The values in the order of the names, `undefined` for what the object lacks; or undefined
 * for a line to read with a whole parser.
 */
export type FieldPicker = (
  bytes: Buffer,
  start: number,
  end: number,
) => (string | number | undefined)[] | undefined;

/** Where the scan is in the bytes of a line. */
interface Scan {
  readonly bytes: Buffer;
  readonly end: number;
  at: number;
}

/**
 * Picks fields that hold plain text or numbers without parsing the rest: of a review's seven hundred
 * bytes, forty are wanted. Anything out of the ordinary about a wanted field (escapes, characters
 * outside ASCII, other kinds of value, a repeated name) or about the object's structure is left to a
 * whole parser. Values that are not wanted are passed over, not checked.
 *
 * @example
 * ```ts
 * const pick = createFieldPicker(['asin', 'overall']);
 * const line = Buffer.from('{"text": "so {good", "overall": 5.0, "asin": "B1"}');
 * pick(line, 0, line.length) // => ['B1', 5]
 * ```
 */
export function createFieldPicker(names: readonly string[]): FieldPicker {
  const wanted = names.map((name) => Buffer.from(name));
  return (bytes, start, end) => {
    const cells = names.map((): string | number | undefined => undefined);
    const scan: Scan = { bytes, end, at: start };
    if (next(scan) !== openBrace) return undefined;
    scan.at++;
    for (;;) {
      const slot = readName(scan, wanted);
      if (slot === undefined || next(scan) !== colon) return undefined;
      scan.at++;
      if (slot === -1) {
        if (!skipValue(scan)) return undefined;
      } else {
        const value = cells[slot] === undefined ? readScalar(scan) : undefined;
        if (value === undefined) return undefined;
        cells[slot] = value;
      }
      const separator = next(scan);
      scan.at++;
      if (separator === comma) continue;
      const isDone = separator === closeBrace && next(scan) === -1;
      return isDone ? cells : undefined;
    }
  };
}

/** The next byte that is not white space, −1 at the end; the scan stops there. */
function next(scan: Scan): number {
  const { bytes, end } = scan;
  while (scan.at < end) {
    const byte = bytes[scan.at]!;
    if (byte !== 32 && byte !== 9 && byte !== 13) return byte;
    scan.at++;
  }
  return -1;
}

/** Position of a field's name among those wanted, −1 for others; undefined for none that is plain. */
function readName(scan: Scan, wanted: readonly Buffer[]): number | undefined {
  const { bytes } = scan;
  if (next(scan) !== quote) return undefined;
  const start = scan.at + 1;
  const stop = plainTextEnd(scan, start);
  if (stop === -1) return undefined;
  scan.at = stop + 1;
  const isSame = (name: Buffer) => {
    if (name.length !== stop - start) return false;
    for (let at = 0; at < name.length; at++) if (name[at] !== bytes[start + at]) return false;
    return true;
  };
  return wanted.findIndex(isSame);
}

/** Where plain printable ASCII text ends with a quote, or −1. */
function plainTextEnd({ bytes, end }: Scan, start: number): number {
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (byte === quote) return at;
    if (byte < 32 || byte > 126 || byte === backslash) return -1;
  }
  return -1;
}

const numberText = /^-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?$/;

function readScalar(scan: Scan): string | number | undefined {
  if (next(scan) === quote) {
    const start = scan.at + 1;
    const stop = plainTextEnd(scan, start);
    if (stop === -1) return undefined;
    scan.at = stop + 1;
    return scan.bytes.toString('latin1', start, stop);
  }
  const start = scan.at;
  skipWord(scan);
  const text = scan.bytes.toString('latin1', start, scan.at);
  return numberText.test(text) ? Number(text) : undefined;
}

function skipValue(scan: Scan): boolean {
  const first = next(scan);
  if (first === quote) return skipText(scan);
  if (first === openBrace || first === openBracket) return skipNested(scan);
  const start = scan.at;
  skipWord(scan);
  return scan.at > start;
}

/** Passes over a number or a name. */
function skipWord(scan: Scan): void {
  const { bytes, end } = scan;
  for (; scan.at < end; scan.at++) {
    const byte = bytes[scan.at]!;
    const isWord =
      (byte >= 48 && byte <= 57) ||
      ((byte | 32) > 96 && (byte | 32) < 123) ||
      byte === 43 ||
      byte === 45 ||
      byte === 46;
    if (!isWord) return;
  }
}

/** Passes over a text, from its opening quote. */
function skipText(scan: Scan): boolean {
  const { bytes, end } = scan;
  for (let from = scan.at + 1; ;) {
    // The engine's own search is several times faster than a loop over a review's text.
    const found = bytes.indexOf(quote, from);
    if (found === -1 || found >= end) return false;
    let before = found;
    while (bytes[before - 1] === backslash) before--;
    from = found + 1;
    if ((found - before) % 2 === 0) {
      scan.at = from;
      return true;
    }
  }
}

/** Passes over a list or an object. */
function skipNested(scan: Scan): boolean {
  const { bytes, end } = scan;
  let depth = 0;
  while (scan.at < end) {
    const byte = bytes[scan.at]!;
    if (byte === quote) {
      if (!skipText(scan)) return false;
      continue;
    }
    if (byte === openBrace || byte === openBracket) depth++;
    if (byte === closeBrace || byte === closeBracket) depth--;
    scan.at++;
    if (depth === 0) return true;
  }
  return false;
}
