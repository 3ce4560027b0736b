// Enforces who may import whom. Exits with 1 and one line for each violation.
//   node scripts/check-layers.mjs [root]
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** Packages by layer, the lowest first. A package may import the packages of lower layers only. */
export const layers = [
  { name: 'ground', packages: ['core', 'ops'] },
  { name: 'building blocks', packages: ['data', 'features', 'graph', 'losses', 'metrics'] },
  { name: 'training', packages: ['train'] },
  { name: 'models', packages: ['alignrec', 'bm3', 'lgmrec', 'lightgcn', 'mmssl', 'vbpr'] },
  { name: 'interfaces', packages: ['cli', 'serve'] },
];

/** Imports allowed within a layer. */
const siblings = new Set(['features → graph', 'cli → serve', 'ops → core']);

/** Packages whose sources never import TensorFlow.js, and those that import its types only. */
const withoutTensors = new Set(['data', 'metrics']);
const tensorTypesOnly = new Set(['core']);

const scope = '@mmrec/';
const testHelpers = 'test-utils';

/**
 * All violations below a repository root, in the order of the files.
 *
 * @param {string} root
 * @returns {{ file: string, line: number, rule: string, message: string }[]}
 */
export function checkLayers(root) {
  const violations = [];
  for (const group of ['packages', 'examples']) {
    for (const folder of foldersIn(join(root, group))) {
      const hasManifest = existsSync(join(folder, 'package.json'));
      if (hasManifest) violations.push(...checkProject(readProject(root, folder)));
    }
  }
  return violations;
}

function readProject(root, folder) {
  const manifest = readManifest(folder);
  const fullName = manifest.name ?? '';
  return {
    root,
    folder,
    manifest,
    name: fullName.startsWith(scope) ? fullName.slice(scope.length) : fullName,
    isPackage: basename(dirname(folder)) === 'packages',
    files: sourceFiles(folder),
  };
}

function checkProject(project) {
  const { root, folder, files, name, isPackage } = project;
  const portable = (from, file) => relative(from, file).split(sep).join('/');
  if (isPackage && name !== testHelpers && layerOf(name) < 0) {
    const file = portable(root, join(folder, 'package.json'));
    const message = `${name} is in no layer; add it to scripts/check-layers.mjs`;
    return [{ file, line: 1, rule: 'layers', message }];
  }
  const imports = new Map(files.map((file) => [file, importsOf(file)]));
  const tests = findTests(folder, imports);
  const broken = [...imports].flatMap(([file, found]) =>
    found.flatMap(({ line, ...imported }) => {
      const problem = checkImport({ ...project, isTest: tests.has(file) }, file, imported);
      if (!problem) return [];
      const message = `'${imported.specifier}': ${problem.message}`;
      return [{ file: portable(root, file), line, rule: problem.rule, message }];
    }),
  );
  const cycles = findCycles(imports).map(({ file, line, path }) => {
    const message = `import cycle ${path.map((step) => portable(folder, step)).join(' → ')}`;
    return { file: portable(root, file), line, rule: 'no-cycles', message };
  });
  return [...broken, ...cycles];
}

/** The first rule that an import breaks, or undefined. */
function checkImport(project, file, { specifier, typeOnly }) {
  const { isTest } = project;
  if (specifier.startsWith('.')) return checkRelative(project, file, specifier);
  if (specifier.startsWith('node:')) return undefined;
  if (isBuiltin(specifier)) return { rule: 'node-prefix', message: `write 'node:${specifier}'` };
  const target = packageName(specifier);
  return (
    (specifier.startsWith(scope) && checkScoped(project, specifier, isTest)) ||
    (target.startsWith('@tensorflow/') && !isTest && checkTensors(project, typeOnly)) ||
    checkDeclared(project, target, isTest)
  );
}

function checkRelative({ folder }, file, specifier) {
  const inside = relative(folder, resolve(dirname(file), specifier));
  if (!inside.startsWith('..')) return undefined;
  return { rule: 'entry-points', message: 'relative imports stay inside the package' };
}

function checkScoped({ name, isPackage }, specifier, isTest) {
  const [target, ...deep] = specifier.slice(scope.length).split('/');
  if (deep.length > 0) {
    return {
      rule: 'entry-points',
      message: `only the entry point '${scope}${target}' may be imported`,
    };
  }
  if (target === testHelpers) {
    return isTest || name === testHelpers
      ? undefined
      : { rule: 'layers', message: 'only test files may import the test helpers' };
  }
  if (!isPackage) return undefined;
  if (target === name)
    return { rule: 'layers', message: 'a package does not import itself by name' };
  if (layerOf(target) < 0) return { rule: 'layers', message: `${target} is in no layer` };
  if (mayImport(name, target)) return undefined;
  return { rule: 'layers', message: `${describe(name)} may not import ${describe(target)}` };
}

function checkTensors({ name }, typeOnly) {
  if (withoutTensors.has(name)) {
    return { rule: 'no-tensors', message: `${name} does not import TensorFlow.js` };
  }
  if (tensorTypesOnly.has(name) && !typeOnly) {
    return { rule: 'no-tensors', message: `${name} imports TensorFlow.js with 'import type' only` };
  }
  return undefined;
}

function checkDeclared({ root, manifest }, target, isTest) {
  const sections = ['dependencies', 'peerDependencies', 'optionalDependencies'];
  if (isTest || manifest.private) sections.push('devDependencies');
  if (declares(manifest, sections, target)) return undefined;
  // Tests and benchmarks run from the root, whose tools they use.
  if (isTest && declares(readManifest(root), ['devDependencies'], target)) return undefined;
  const message = `${target} is not in the ${sections.join(', ')} of package.json`;
  return { rule: 'declared', message };
}

function declares(manifest, sections, name) {
  return sections.some((section) => Object.hasOwn(manifest[section] ?? {}, name));
}

function readManifest(folder) {
  const file = join(folder, 'package.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
}

function layerOf(name) {
  return layers.findIndex(({ packages }) => packages.includes(name));
}

function mayImport(name, target) {
  // The test helpers serve the tests of all layers below the models.
  const from =
    name === testHelpers ? layers.findIndex((layer) => layer.name === 'models') : layerOf(name);
  return layerOf(target) < from || siblings.has(`${name} → ${target}`);
}

function describe(name) {
  return name === testHelpers ? name : `${name} (${layers[layerOf(name)].name})`;
}

/** `@scope/name/deep` → `@scope/name`, `name/deep` → `name`. */
function packageName(specifier) {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** Tests, benchmarks, and what only they import: files that are not part of what is published. */
function findTests(folder, imports) {
  const importers = new Map([...imports.keys()].map((file) => [file, []]));
  for (const [file, found] of imports) {
    for (const { specifier } of found) importers.get(resolveRelative(file, specifier))?.push(file);
  }
  const outsideSource = (file) => !relative(folder, file).startsWith(`src${sep}`);
  const tests = new Set(
    [...imports.keys()].filter(
      (file) => /\.(test|bench)\.[a-z]+$/.test(file) || outsideSource(file),
    ),
  );
  for (let size = -1; size !== tests.size;) {
    size = tests.size;
    for (const [file, by] of importers) {
      if (by.length > 0 && by.every((importer) => tests.has(importer))) tests.add(file);
    }
  }
  return tests;
}

/** Every module specifier of a file: imports, re-exports, dynamic imports, `import('…')` types. */
function importsOf(file) {
  const text = readFileSync(file, 'utf8');
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, false);
  const found = [];
  const add = (node, typeOnly) => {
    if (!node || !ts.isStringLiteralLike(node)) return;
    const line = source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
    found.push({ specifier: node.text, typeOnly, line });
  };
  const visit = (node) => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isTypeOnly(node.importClause));
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly);
    else if (ts.isImportTypeNode(node)) add(node.argument.literal, true);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      add(node.arguments[0], false);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function isTypeOnly(clause) {
  if (!clause) return false;
  if (clause.isTypeOnly) return true;
  const names = clause.namedBindings;
  if (clause.name || !names || !ts.isNamedImports(names) || names.elements.length === 0)
    return false;
  return names.elements.every((element) => element.isTypeOnly);
}

/** The TypeScript file that a relative import names, if it exists. */
function resolveRelative(file, specifier) {
  if (!specifier.startsWith('.')) return undefined;
  const path = resolve(dirname(file), specifier);
  const candidates = [path.replace(/\.(m?)js$/, '.$1ts'), path.replace(/\.js$/, '.tsx'), path];
  return candidates.find(
    (candidate) => /\.(tsx|[cm]?[jt]s)$/.test(candidate) && existsSync(candidate),
  );
}

/** One entry for each import that closes a cycle. */
function findCycles(imports) {
  const cycles = [];
  const done = new Set();
  const visit = (file, path) => {
    if (done.has(file)) return;
    for (const { specifier, line } of imports.get(file) ?? []) {
      const target = resolveRelative(file, specifier);
      if (!target) continue;
      const start = path.indexOf(target);
      if (start >= 0) cycles.push({ file, line, path: [...path.slice(start), target] });
      else visit(target, [...path, target]);
    }
    done.add(file);
  };
  for (const file of imports.keys()) visit(file, [file]);
  return cycles;
}

function foldersIn(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'node_modules')
    .map((entry) => join(folder, entry.name))
    .sort();
}

/** A project's own TypeScript and JavaScript files, its configuration and scripts aside. */
function sourceFiles(folder) {
  const files = [];
  const skipped = new Set([
    'node_modules',
    'dist',
    'fixtures',
    'assembly',
    'scripts',
    '.turbo',
    'bin',
  ]);
  const walk = (path) => {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      const child = join(path, entry.name);
      if (entry.isDirectory() && !skipped.has(entry.name)) walk(child);
      else if (entry.isFile() && /\.(tsx?|mts|js|mjs)$/.test(entry.name)) files.push(child);
    }
  };
  walk(folder);
  return files.sort();
}

function main() {
  const root = resolve(process.argv[2] ?? join(dirname(fileURLToPath(import.meta.url)), '..'));
  const violations = checkLayers(root);
  for (const { file, line, rule, message } of violations) {
    console.error(`${file}:${line}: ${message} (${rule})`);
  }
  if (violations.length > 0) {
    console.error(`check-layers: ${violations.length} imports break the rules.`);
    process.exitCode = 1;
  }
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) main();
