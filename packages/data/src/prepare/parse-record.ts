import { shortened } from '../read-lines.js';
import { parsePythonLiteral } from './python-literal.js';

/** What one line or row of a source says, by column. */
export type SourceRecord = Readonly<Record<string, unknown>>;

/**
 * Reads a line that holds a JSON object or, as in the metadata of Amazon 2014, a Python dictionary.
 *
 * @param place - Where the line is, for messages.
 * @throws {SyntaxError} For anything else.
 * @example
 * ```ts
 * parseRecord("{'asin': 'B1', 'price': None}", () => 'meta.json:1') // => { asin: 'B1', price: null }
 * parseRecord('{"asin": "B1"}', () => 'meta.json:2') // => { asin: 'B1' }
 * ```
 */
export function parseRecord(line: string, place: () => string): SourceRecord {
  // Trying JSON on ten million Python lines would cost as many exceptions.
  const isPython = /^\s*\{\s*[ubUB]?'/.test(line);
  let value: unknown;
  let reason = '';
  try {
    value = isPython ? parsePythonLiteral(line) : JSON.parse(line);
  } catch (error) {
    if (isPython) reason = ` It ${(error as Error).message}.`;
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as SourceRecord;
  }
  const what = isPython ? 'a Python dictionary' : 'a JSON object';
  throw new SyntaxError(`${place()}: must be ${what}, got '${shortened(line.trim())}'.${reason}`);
}
