import { expect, it } from 'vitest';
import { parsePythonLiteral } from './python-literal.js';

const plain = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? `${inner}n` : inner)),
  );

// What Python's ast.literal_eval gives for each.
const cases: [string, unknown][] = [
  ["'it\\'s'", "it's"],
  [`"it's"`, "it's"],
  [`'say "hi"'`, 'say "hi"'],
  ["'a\\tb\\nc\\\\d\\x41\\u00e9\\U0001F600\\101\\0'", 'a\tb\nc\\dAé😀A\0'],
  ["'no \\escape \\% here'", 'no \\escape \\% here'],
  ["'line\\\njoined'", 'linejoined'],
  ["r'raw\\n'", 'raw\\n'],
  ["u'é' 'joined' \"up\"", 'éjoinedup'],
  ["b'caf\\xc3\\xa9'", 'café'],
  ["'''three 'quotes' ''here'''", "three 'quotes' ''here"],
  ["'\\ud83d\\ude00'", '😀'],
  [
    '[1, -2, +3, 1.5, .5, 1e3, -1E-2, 0x1F, 1_000, 7L, ]',
    [1, -2, 3, 1.5, 0.5, 1000, -0.01, 31, 1000, 7],
  ],
  ['123456789012345678901', '123456789012345678901n'],
  ['(None, True, False)', [null, true, false]],
  ['(1)', 1],
  ['(1,)', [1]],
  ['()', []],
  ['{}', {}],
  [
    "{'a': {'b': [{'c': ()}]}, 1: 'one', u'__proto__': 2,}",
    { a: { b: [{ c: [] }] }, 1: 'one', ['__proto__']: 2 },
  ],
  ["  {'spaced' :\t[ 1 , 2 ] }  \n", { spaced: [1, 2] }],
];
it.each(cases)('%s', (text, expected) => {
  const value = parsePythonLiteral(text);
  expect(plain(value)).toEqual(expected);
});

it('dictionaries have no prototype to pollute', () => {
  const value = parsePythonLiteral("{'__proto__': {'x': 1}}") as object;
  expect(Object.getPrototypeOf(value)).toBeNull();
  expect(({} as { x?: number }).x).toBeUndefined();
});

const wrong: [string, string][] = [
  ['', 'must have a value in column 1, got the end'],
  ["'open", "must have a closing ' in column 6, got the end"],
  ["{'a' 1}", "must have ':' in column 6, got '1}'"],
  ["['a' 1]", "must have ',' or ']' in column 6, got '1]'"],
  ["{'a': 1", "must have ',' or '}' in column 8, got the end"],
  ["{['a']: 1}", "must have a text or a number as key in column 7, got ': 1}'"],
  ["__import__('os').system('x')", "must have a value in column 1, got '__import__(''"],
  ['1 + 1', "must have the end of the literal in column 3, got '+ 1'"],
  ["'\\N{DASH}'", "must have no escape by name in column 2, got '\\N{DASH}''"],
  ["'\\x4'", "must have 2 hexadecimal digits of a character in column 2, got '\\x4''"],
  [
    "'\\U00110000'",
    "must have 8 hexadecimal digits of a character in column 2, got '\\U00110000''",
  ],
  ['[lambda]', "must have a number, None, True or False in column 2, got 'lambda]'"],
  ['['.repeat(101), "must have at most 100 levels in column 101, got '['"],
];
it.each(wrong)('refuses %s', (text, message) => {
  expect(() => parsePythonLiteral(text)).toThrow(new SyntaxError(message));
});
