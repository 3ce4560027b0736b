/** Lists and dictionaries inside each other; deeper text is refused before it can exhaust the stack. */
const deepest = 100;

const escapes: Readonly<Record<string, string>> = {
  '\n': '',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

const names: Readonly<Record<string, unknown>> = {
  None: null,
  True: true,
  False: false,
  nan: NaN,
  inf: Infinity,
};

const hexDigits: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };
const closing: Readonly<Record<string, string>> = { '{': '}', '[': ']', '(': ')' };

/** Text being read, and how far. */
interface Cursor {
  readonly text: string;
  at: number;
  depth: number;
}

/**
 * Reads a Python literal: dictionaries, lists, tuples, strings (prefixes `u`, `b` and `r`, every
 * escape but `\N{…}`, neighbours joined), integers and floats, `None`, `True` and `False`. Nothing
 * is evaluated. Whole numbers past 2⁵³ become `bigint`; dictionaries have no prototype.
 *
 * @throws {SyntaxError} Saying what was expected and in which column, from 1.
 * @example
 * ```ts
 * parsePythonLiteral("{'asin': u'B00\\u00e9', 'price': None, 'tags': ('a', \"it's\")}")
 * // => { asin: 'B00é', price: null, tags: ['a', "it's"] }
 * ```
 */
export function parsePythonLiteral(text: string): unknown {
  const cursor: Cursor = { text, at: 0, depth: 0 };
  const value = readValue(cursor);
  skipSpace(cursor);
  if (cursor.at < text.length) throw expected(cursor, 'the end of the literal');
  return value;
}

function readValue(cursor: Cursor): unknown {
  skipSpace(cursor);
  const first = cursor.text[cursor.at];
  if (first === '{') return readDictionary(cursor);
  if (first === '[' || first === '(') return readSequence(cursor, first);
  if (stringStart(cursor)) return readStrings(cursor);
  return readAtom(cursor);
}

function readDictionary(cursor: Cursor): Record<string, unknown> {
  const dictionary = Object.create(null) as Record<string, unknown>;
  readMembers(cursor, '{', () => {
    const key = readValue(cursor);
    if (typeof key === 'object' && key !== null)
      throw expected(cursor, 'a text or a number as key');
    skipSpace(cursor);
    take(cursor, ':');
    dictionary[String(key)] = readValue(cursor);
  });
  return dictionary;
}

function readSequence(cursor: Cursor, open: '[' | '('): unknown {
  const values: unknown[] = [];
  const commas = readMembers(cursor, open, () => values.push(readValue(cursor)));
  // Brackets around one value without a comma are no tuple.
  return open === '(' && values.length === 1 && commas === 0 ? values[0] : values;
}

/** Reads what stands between brackets, and says how many commas did. */
function readMembers(cursor: Cursor, open: string, readMember: () => void): number {
  if (++cursor.depth > deepest) throw expected(cursor, `at most ${deepest} levels`);
  take(cursor, open);
  const close = closing[open]!;
  let commas = 0;
  for (;;) {
    skipSpace(cursor);
    if (cursor.text[cursor.at] === close) break;
    readMember();
    skipSpace(cursor);
    if (cursor.text[cursor.at] === close) break;
    if (cursor.text[cursor.at] !== ',') throw expected(cursor, `',' or '${close}'`);
    cursor.at++;
    commas++;
  }
  cursor.at++;
  cursor.depth--;
  return commas;
}

/** Prefix and quotes of the string that starts here, if one does. */
function stringStart({ text, at }: Cursor): RegExpExecArray | null {
  const start = /(u|b|r|br|rb)?('''|"""|'|")/iy;
  start.lastIndex = at;
  return start.exec(text);
}

function readStrings(cursor: Cursor): string {
  let joined = '';
  for (let start = stringStart(cursor); start; start = stringStart(cursor)) {
    const [opening, prefix = '', quotes] = start;
    cursor.at += opening.length;
    const body = readString(cursor, quotes!, /r/i.test(prefix));
    joined += /b/i.test(prefix) ? Buffer.from(body, 'latin1').toString('utf8') : body;
    skipSpace(cursor);
  }
  return joined;
}

/** Reads up to the closing quotes. */
function readString(cursor: Cursor, quotes: string, isRaw: boolean): string {
  const { text } = cursor;
  const parts: string[] = [];
  const plain = quotes.startsWith("'") ? /[^'\\]*/y : /[^"\\]*/y;
  for (;;) {
    plain.lastIndex = cursor.at;
    parts.push(plain.exec(text)![0]);
    cursor.at = plain.lastIndex;
    if (cursor.at >= text.length) throw expected(cursor, `a closing ${quotes}`);
    if (text.startsWith(quotes, cursor.at)) break;
    if (text[cursor.at] !== '\\') parts.push(text[cursor.at++]!);
    else if (isRaw) parts.push(text.slice(cursor.at, (cursor.at += 2)));
    else parts.push(readEscape(cursor));
  }
  cursor.at += quotes.length;
  return parts.join('');
}

function readEscape(cursor: Cursor): string {
  const { text, at } = cursor;
  const letter = text[at + 1] ?? '';
  const octal = /^[0-7]{1,3}/.exec(text.slice(at + 1, at + 4))?.[0];
  if (octal !== undefined) {
    cursor.at += 1 + octal.length;
    return String.fromCodePoint(parseInt(octal, 8));
  }
  if (Object.hasOwn(escapes, letter)) {
    cursor.at += 2;
    return escapes[letter]!;
  }
  const width = Object.hasOwn(hexDigits, letter) ? hexDigits[letter]! : 0;
  if (width === 0) {
    if (letter === 'N') throw expected(cursor, 'no escape by name');
    // Python keeps a backslash that escapes nothing.
    cursor.at += 1;
    return '\\';
  }
  const digits = text.slice(at + 2, at + 2 + width);
  const code = /^[\da-f]+$/i.test(digits) && digits.length === width ? parseInt(digits, 16) : NaN;
  if (!(code <= 0x10ffff)) throw expected(cursor, `${width} hexadecimal digits of a character`);
  cursor.at += 2 + width;
  return String.fromCodePoint(code);
}

/** Reads a number or a name. */
function readAtom(cursor: Cursor): unknown {
  const { text } = cursor;
  const atom =
    /[-+]?(?:0[xX][\da-fA-F_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][-+]?\d+)?|[A-Za-z]+)[lL]?/y;
  atom.lastIndex = cursor.at;
  const word = atom.exec(text)?.[0];
  if (word === undefined) throw expected(cursor, 'a value');
  const value = atomValue(word);
  if (value === undefined) throw expected(cursor, 'a number, None, True or False');
  cursor.at += word.length;
  return value;
}

function atomValue(word: string): unknown {
  if (Object.hasOwn(names, word)) return names[word];
  if (/^-(inf|nan)$/.test(word)) return -(names[word.slice(1)] as number);
  const digits = word.replaceAll('_', '');
  if (/^[-+]?(\d+|0x[\da-f]+)l?$/i.test(digits)) return wholeNumber(digits);
  const value = Number(digits);
  return Number.isNaN(value) ? undefined : value;
}

function wholeNumber(text: string): number | bigint {
  const [, sign, digits] = /^([-+]?)(.*?)l?$/i.exec(text)!;
  const exact = BigInt(digits!) * (sign === '-' ? -1n : 1n);
  const value = Number(exact);
  return Number.isSafeInteger(value) ? value : exact;
}

function skipSpace(cursor: Cursor): void {
  const space = /\s*/y;
  space.lastIndex = cursor.at;
  space.exec(cursor.text);
  cursor.at = space.lastIndex;
}

function take(cursor: Cursor, character: string): void {
  if (cursor.text[cursor.at] !== character) throw expected(cursor, `'${character}'`);
  cursor.at++;
}

function expected({ text, at }: Cursor, what: string): SyntaxError {
  const got = at < text.length ? `'${text.slice(at, at + 12)}'` : 'the end';
  return new SyntaxError(`must have ${what} in column ${at + 1}, got ${got}`);
}
