import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { isValue } from './compare.mjs';

/** Modules whose exports `@example`s may use without importing them, after the package's own. */
const ambient = {
  'node:fs/promises': ['mkdir', 'mkdtemp', 'readFile', 'readdir', 'rm', 'writeFile'],
  'node:os': ['tmpdir'],
  'node:path': ['join'],
};

/**
 * Turns a block into a module that reports each `// =>` to `globalThis.__doctest(value, expected, line)`.
 *
 * @param {import('./find-blocks.mjs').Block} block
 * @param {string} root
 * @returns {{ code: string, expectations: number }} JavaScript.
 * @throws {Error} If a `// =>` belongs to no statement or can't be compared.
 */
export function toModule(block, root) {
  const source = parse(endStatements(block.code));
  const edits = findExpectations(source, block).map(({ statement, expected, line }) =>
    editFor(source, statement, `${JSON.stringify(expected)}, ${line}`),
  );
  let { text } = source;
  for (const { start, end, replacement } of edits.toSorted((a, b) => b.start - a.start)) {
    text = text.slice(0, start) + replacement + text.slice(end);
  }
  const header = block.isExample ? implicitImports(source, block, root) : '';
  const { outputText } = ts.transpileModule(`${header}${text}\nexport {};`, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
  });
  return { code: outputText, expectations: edits.length };
}

/** Ends what stands before a `// =>`, so that a line starting with `[` or `(` does not continue it. */
function endStatements(text) {
  return text.replace(/([^\s;,{(\[]) (?=[ \t]*\/\/ ?=>)/g, '$1;');
}

function parse(text) {
  return ts.createSourceFile('block.ts', text, ts.ScriptTarget.Latest, true);
}

/** Every statement with a `// =>` behind it or on the line after it. */
function findExpectations(source, block) {
  const found = [];
  const visit = (node) => {
    const comment = isChecked(node) ? commentBehind(source.text, node.end) : undefined;
    if (comment !== undefined) {
      const row = source.getLineAndCharacterOfPosition(node.end).line;
      const line = block.line + row;
      if (!isValue(comment))
        throw new Error(`${block.file}:${line}: can't compare with '${comment}'.`);
      found.push({ statement: node, expected: comment, line });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  const written = source.text.match(/\/\/ ?=>/g)?.length ?? 0;
  if (written !== found.length) {
    throw new Error(
      `${block.file}:${block.line}: ${written} comments say '// =>', ${found.length} follow a statement with a value.`,
    );
  }
  return found;
}

function isChecked(node) {
  if (ts.isExpressionStatement(node)) return true;
  return ts.isVariableStatement(node) && node.declarationList.declarations.length === 1;
}

/** Text after `// =>` behind a position, continued on following comment lines until it is a value. */
function commentBehind(text, position) {
  const match = /^[ \t;]*(?:\n[ \t]*)?\/\/ ?=>[ \t]*([^\n]*)((?:\n[ \t]*\/\/[^\n]*)*)/.exec(
    text.slice(position),
  );
  if (!match) return undefined;
  let expected = match[1].trim();
  for (const line of match[2].split('\n').slice(1)) {
    if (isValue(expected)) break;
    expected += ` ${line.trim().slice(2).trim()}`;
  }
  return expected;
}

function editFor(source, statement, rest) {
  if (ts.isVariableStatement(statement)) {
    const { name } = statement.declarationList.declarations[0];
    const replacement = ` __doctest(${name.getText(source)}, ${rest});`;
    return { start: statement.end, end: statement.end, replacement };
  }
  const { expression } = statement;
  const value = printedValue(expression) ?? expression;
  const start = statement.getStart(source);
  const replacement = `__doctest(${value.getText(source)}, ${rest});`;
  return { start, end: statement.end, replacement };
}

/** What `console.log(value)` prints. */
function printedValue(expression) {
  if (!ts.isCallExpression(expression) || expression.arguments.length !== 1) return undefined;
  return expression.expression.getText() === 'console.log' ? expression.arguments[0] : undefined;
}

/** Imports for the names that an `@example` uses and does not declare. */
function implicitImports(source, block, root) {
  const [, packageName] = block.file.split('/');
  const used = usedNames(source);
  const imports = [];
  const take = (module, names) => {
    const wanted = names.filter((name) => used.delete(name));
    if (wanted.length > 0)
      imports.push(`import { ${wanted.join(', ')} } from ${JSON.stringify(module)};`);
  };
  const own = join(root, block.file);
  take(own.replaceAll('\\', '/'), exportsOf(own));
  for (const name of [packageName, ...dependenciesOf(packageName, root)]) {
    take(`@mmrec/${name}`, exportsOf(join(root, 'packages', name, 'src', 'index.ts')));
  }
  for (const [module, names] of Object.entries(ambient)) take(module, names);
  if (used.delete('tf')) imports.push(`import * as tf from "@tensorflow/tfjs";`);
  return imports.map((line) => `${line}\n`).join('');
}

/** Identifiers that a block mentions, but for properties, and less those that it declares or imports. */
function usedNames(source) {
  const used = new Set();
  const declared = new Set();
  const visit = (node) => {
    if (ts.isIdentifier(node)) {
      const { parent } = node;
      const isProperty =
        (ts.isPropertyAccessExpression(parent) && parent.name === node) ||
        (ts.isPropertyAssignment(parent) && parent.name === node);
      const isDeclared =
        (ts.isVariableDeclaration(parent) ||
          ts.isBindingElement(parent) ||
          ts.isParameter(parent) ||
          ts.isFunctionDeclaration(parent) ||
          ts.isInterfaceDeclaration(parent) ||
          ts.isImportSpecifier(parent) ||
          ts.isNamespaceImport(parent)) &&
        parent.name === node;
      if (isDeclared) declared.add(node.text);
      else if (!isProperty) used.add(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  for (const name of declared) used.delete(name);
  return used;
}

function dependenciesOf(packageName, root) {
  const file = join(root, 'packages', packageName, 'package.json');
  const { dependencies = {}, peerDependencies = {} } = JSON.parse(readFileSync(file, 'utf8'));
  return Object.keys({ ...dependencies, ...peerDependencies })
    .filter((name) => name.startsWith('@mmrec/'))
    .map((name) => name.slice('@mmrec/'.length));
}

/** Names of the values that a module exports. */
function exportsOf(file) {
  if (!existsSync(file)) return [];
  const source = parse(readFileSync(file, 'utf8'));
  return source.statements.flatMap((statement) => {
    if (ts.isExportDeclaration(statement)) return reexported(statement);
    if (!ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword))
      return [];
    if (ts.isVariableStatement(statement)) {
      return statement.declarationList.declarations.map(({ name }) => name.getText(source));
    }
    const isValueDeclaration =
      ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement);
    return isValueDeclaration && statement.name ? [statement.name.text] : [];
  });
}

function reexported({ isTypeOnly, exportClause }) {
  if (isTypeOnly || !exportClause || !ts.isNamedExports(exportClause)) return [];
  return exportClause.elements
    .filter((element) => !element.isTypeOnly)
    .map(({ name }) => name.text);
}
