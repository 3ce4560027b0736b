import ts from 'typescript';

/**
 * Compares a value with what a `// =>` comment says. Numbers are compared to the decimals shown,
 * whole numbers within rounding; tensors by their values; typed arrays as arrays.
 *
 * @param {unknown} actual
 * @param {string} expected - Text after `// =>`: numbers, strings, booleans, null, undefined,
 *   arrays and objects of them.
 * @returns {string | undefined} What differs, or undefined.
 */
export function compare(actual, expected) {
  const node = parseExpected(expected);
  if (!node) return `'${expected}' is not a value that can be compared`;
  return difference(plain(actual), node, '');
}

/** Whether a text is a value that {@link compare} understands. */
export function isValue(text) {
  return parseExpected(text) !== undefined;
}

function parseExpected(text) {
  const source = ts.createSourceFile('expected.ts', `(${text})`, ts.ScriptTarget.Latest, true);
  if (source.parseDiagnostics.length > 0 || source.statements.length !== 1) return undefined;
  const [statement] = source.statements;
  if (!ts.isExpressionStatement(statement)) return undefined;
  if (!ts.isParenthesizedExpression(statement.expression)) return undefined;
  const node = statement.expression.expression;
  return isLiteral(node) ? node : undefined;
}

function isLiteral(node) {
  if (ts.isArrayLiteralExpression(node)) return node.elements.every(isLiteral);
  if (ts.isObjectLiteralExpression(node)) {
    return node.properties.every(
      (property) => ts.isPropertyAssignment(property) && isLiteral(property.initializer),
    );
  }
  return scalarOf(node) !== undefined;
}

/** `{ value, tolerance }` of a node that is neither array nor object. */
function scalarOf(node) {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) {
    return { value: node.text };
  }
  if (node.kind === ts.SyntaxKind.TrueKeyword) return { value: true };
  if (node.kind === ts.SyntaxKind.FalseKeyword) return { value: false };
  if (node.kind === ts.SyntaxKind.NullKeyword) return { value: null };
  if (ts.isIdentifier(node)) {
    const named = { undefined, NaN, Infinity };
    return Object.hasOwn(named, node.text) ? { value: named[node.text] } : undefined;
  }
  return numberOf(node);
}

function numberOf(node) {
  const negative = ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.MinusToken;
  const literal = negative ? node.operand : node;
  const infinite = ts.isIdentifier(literal) && literal.text === 'Infinity';
  if (!infinite && !ts.isNumericLiteral(literal)) return undefined;
  const text = infinite ? 'Infinity' : literal.getText();
  const value = (negative ? -1 : 1) * Number(text.replaceAll('_', ''));
  const [, decimals, exponent] = /^[\d_]*\.?(\d*)(?:e([+-]?\d+))?$/i.exec(text) ?? [];
  const shown = (decimals?.length ?? 0) - Number(exponent ?? 0);
  // A whole number stands for itself, up to the rounding of float32 sums.
  const whole = !decimals && !exponent;
  return { value, tolerance: whole ? 1e-5 * Math.max(1, Math.abs(value)) : 0.5001 * 10 ** -shown };
}

function difference(actual, node, path) {
  const at = path ? ` at ${path}` : '';
  if (ts.isArrayLiteralExpression(node)) {
    if (!Array.isArray(actual)) return `must be an array${at}, got ${show(actual)}`;
    if (actual.length !== node.elements.length) {
      return `must have ${node.elements.length} elements${at}, got ${actual.length}: ${show(actual)}`;
    }
    return first(node.elements, (element, index) =>
      difference(actual[index], element, `${path}[${index}]`),
    );
  }
  if (ts.isObjectLiteralExpression(node)) return objectDifference(actual, node, path);
  const { value, tolerance } = scalarOf(node);
  const close =
    typeof value === 'number' && typeof actual === 'number' && Number.isFinite(value)
      ? Math.abs(actual - value) <= tolerance
      : Object.is(actual, value);
  return close ? undefined : `must be ${node.getText()}${at}, got ${show(actual)}`;
}

function objectDifference(actual, node, path) {
  const at = path ? ` at ${path}` : '';
  if (typeof actual !== 'object' || actual === null || Array.isArray(actual)) {
    return `must be an object${at}, got ${show(actual)}`;
  }
  const wanted = node.properties.map(({ name }) => name.text);
  const keys = Object.keys(actual);
  if ([...wanted].sort().join('\n') !== [...keys].sort().join('\n')) {
    return `must have the keys ${wanted.join(', ')}${at}, got ${keys.join(', ')}`;
  }
  return first(node.properties, ({ name, initializer }) =>
    difference(actual[name.text], initializer, path ? `${path}.${name.text}` : name.text),
  );
}

/** Tensors, typed arrays, maps and sets as arrays and objects. */
function plain(value) {
  if (typeof value !== 'object' || value === null) return value;
  if (typeof value.arraySync === 'function') return value.arraySync();
  if (value instanceof Promise) return value;
  if (value instanceof Map) return plain(Object.fromEntries(value));
  if (ArrayBuffer.isView(value) || value instanceof Set) return Array.from(value);
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, plain(entry)]));
}

function show(value) {
  if (value instanceof Promise) return 'a Promise (await it)';
  if (typeof value === 'function') return 'a function';
  return typeof value === 'number' || value === undefined ? String(value) : JSON.stringify(value);
}

function first(list, find) {
  for (const [index, element] of list.entries()) {
    const found = find(element, index);
    if (found) return found;
  }
  return undefined;
}
