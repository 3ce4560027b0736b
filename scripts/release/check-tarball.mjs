// What must hold for every tarball before it is published. Each function returns problems, one line each.

const owned = new Set(['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md']);
const allowed = /^(dist|bin)\//;
const refused = /\.(test|bench|soak)\.|\.tsbuildinfo$|(^|\/)(fixtures|node_modules)\//;

/**
 * Checks which files a package publishes, and that they don't tell where it was built.
 *
 * @param {Map<string, Buffer>} files - By path, as `readTarball` returns them.
 * @param {string} root - The repository's folder.
 * @returns {string[]}
 */
export function checkFiles(files, root) {
  const manifest = JSON.parse(files.get('package.json').toString());
  const needed = ['README.md', 'LICENSE', ...entryPoints(manifest)];
  return [
    ...needed.filter((path) => !files.has(path)).map((path) => `lacks ${path}`),
    ...[...files.keys()]
      .filter((path) => !(owned.has(path) || allowed.test(path)) || refused.test(path))
      .map((path) => `holds ${path}, which isn't meant to be published`),
    ...[...files]
      .filter(([, contents]) => contents.includes(root))
      .map(([path]) => `${path} names the folder that it was built in`),
  ];
}

/** Paths that a manifest promises: what `exports` and `bin` lead to. */
function entryPoints({ exports = {}, bin = {} }) {
  return [
    ...Object.values(exports).flatMap(targetsOf),
    ...Object.values(typeof bin === 'string' ? { bin } : bin),
  ].map((path) => path.replace(/^\.\//, ''));
}

/** The files of an export under all conditions, without the one that only this repository sets. */
function targetsOf(target) {
  if (typeof target === 'string') return [target];
  const { '@mmrec/source': _, ...conditions } = target;
  return Object.values(conditions).flatMap(targetsOf);
}

const rules = [
  ['version', (v) => /^\d+\.\d+\.\d+/.test(v), 'a semantic version'],
  ['description', isText, 'a sentence'],
  ['license', (v) => v === 'Apache-2.0', 'Apache-2.0'],
  ['keywords', (v) => Array.isArray(v) && v.length > 0 && v.every(isText), 'a list of words'],
  ['type', (v) => v === 'module', 'module'],
  ['sideEffects', (v) => v === false, 'false'],
  ['files', (v) => Array.isArray(v) && v.includes('dist'), 'a list with dist'],
  ['engines', (v) => v?.node === '>=20.19', '{ node: ">=20.19" }'],
  ['publishConfig', (v) => v?.access === 'public', '{ access: "public" }'],
];
const dependencyFields = ['dependencies', 'peerDependencies', 'optionalDependencies'];
const installScripts = ['preinstall', 'install', 'postinstall', 'prepare'];

/**
 * Checks the `package.json` that is published.
 *
 * @param {Record<string, any>} manifest
 * @returns {string[]}
 */
export function checkManifest(manifest) {
  const fields = rules
    .filter(([field, holds]) => !holds(manifest[field]))
    .map(([field, , rule]) => `${field} must be ${rule}, got ${JSON.stringify(manifest[field])}`);
  const ranges = dependencyFields.flatMap((field) =>
    Object.entries(manifest[field] ?? {})
      .filter(([, range]) => /^(workspace|file|link|catalog|git|https?):/.test(range))
      .map(([name, range]) => `${field} must name versions, got ${name}@${range}`),
  );
  const scripts = installScripts
    .filter((name) => Object.hasOwn(manifest.scripts ?? {}, name))
    .map((name) => `must not run a script when it is installed, got ${name}`);
  return [...fields, ...ranges, ...scripts];
}

/**
 * Checks that a package's code imports only what its manifest declares.
 *
 * @param {Record<string, any>} manifest
 * @param {Iterable<string>} imports - Module specifiers of its code, Node's own left out.
 * @returns {string[]}
 */
export function checkImports(manifest, imports) {
  const declared = new Set(dependencyFields.flatMap((field) => Object.keys(manifest[field] ?? {})));
  const names = [...imports].map((specifier) => /^(@[^/]+\/)?[^/]+/.exec(specifier)[0]);
  return [...new Set(names)]
    .filter((name) => !declared.has(name))
    .map((name) => `imports ${name}, which its package.json doesn't declare`);
}

function isText(value) {
  return typeof value === 'string' && value.trim() !== '';
}
