// What must hold for the packages as npm installs them, on one version of Node.js.
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../tools.mjs';
import { compareExports } from './compare-exports.mjs';
import { npm, program } from './programs.mjs';
import { readInstallCommand } from './read-install-command.mjs';

/**
 * One check.
 *
 * @typedef {object} Check
 * @property {string} name
 * @property {() => Promise<string[]>} run - Returns problems, one line each.
 */

/**
 * @param {object} inputs
 * @param {string} inputs.node - Node.js's program.
 * @param {string} inputs.folder - An empty folder.
 * @param {string} inputs.registry - Address of a registry that has the packages.
 * @param {readonly string[]} inputs.packages - Names.
 * @param {readonly string[]} inputs.examples - Folders of `examples/`.
 * @param {boolean} inputs.alone - Whether each example is installed in a project of its own, by the command in its
 *   README. Otherwise all of them find the packages in one project.
 * @returns {Check[]} To be run in this order: the first installs.
 */
export function installedChecks({ node, folder, registry, packages, examples, alone }) {
  const project = join(folder, 'all');
  return [
    {
      name: 'npm install',
      run: async () => {
        // What examples use besides is there too, where they don't install it themselves.
        const others = alone ? [] : await Promise.all(examples.map(installedBy));
        const names = new Set([...packages, ...others.flat()]);
        return install(project, [...names], { node, registry });
      },
    },
    {
      name: 'import and require',
      run: async () => {
        const problems = [];
        for (const name of packages) problems.push(await compareExports(name, { node, project }));
        return problems.filter((problem) => problem !== undefined);
      },
    },
    {
      name: 'consumer: ES modules',
      run: () => runConsumer('esm', 'index.mjs', { node, project }),
    },
    {
      name: 'consumer: CommonJS',
      run: () => runConsumer('cjs', 'index.cjs', { node, project }),
    },
    {
      name: 'command: mmrec',
      run: () => runCommand({ node, project }),
    },
    ...examples.map((example) => ({
      name: `example: ${example}`,
      run: () => runExample(example, { node, folder: alone ? folder : project, registry, alone }),
    })),
  ];
}

/** Type-checks the TypeScript consumer under both kinds of module resolution. */
export async function checkTypes({ folder, registry }) {
  const project = join(folder, 'typescript');
  const source = join(root, 'consumers', 'typescript');
  const { dependencies, devDependencies } = await readJson(join(source, 'package.json'));
  const wanted = Object.entries({ ...dependencies, ...devDependencies });
  const packages = wanted.map(([name, range]) => (range === '*' ? name : `${name}@${range}`));
  const problems = await install(project, packages, { registry });
  if (problems.length > 0) return problems;
  await cp(source, project, { recursive: true });
  const compiler = join(project, 'node_modules', 'typescript', 'bin', 'tsc');
  const results = await Promise.all(
    ['nodenext', 'bundler'].map(async (resolution) => {
      const args = ['--project', `tsconfig.${resolution}.json`];
      const { ok, stdout } = await program([process.execPath, compiler, ...args], { cwd: project });
      return ok ? [] : stdout.trim().split('\n').slice(0, 10);
    }),
  );
  return results.flat();
}

/**
 * Packages that say they need a newer Node.js than ours, and run on ours all the same: the checks use them.
 * - `cookie` 2, by `light-my-request` of Fastify, which supports Node.js 20.
 */
const toleratedEngines = new Set(['cookie']);

/** Packages of which npm warned that they don't support this Node.js, as lines of its warnings. */
export function unsupportedEngines(stderr) {
  return stderr
    .split('\n')
    .map((line) => /^npm warn EBADENGINE\s+package: '((?:@[^/]+\/)?[^@]+)@[^']+'/.exec(line))
    .filter((found) => found && !toleratedEngines.has(found[1]))
    .map(([line]) => `${line}: it doesn't support this Node.js`);
}

/** Installs packages with npm in a new project, as the version of Node.js that will run them does. */
async function install(project, packages, { node, registry }) {
  await mkdir(project, { recursive: true });
  await writeFile(join(project, 'package.json'), '{ "name": "project", "private": true }\n');
  await writeFile(join(project, '.npmrc'), `@mmrec:registry=${registry}\n`);
  const args = ['install', '--prefer-offline', ...packages];
  const done = await npm(args, { cwd: project, node, limit: 900 });
  return [...outcome(done), ...unsupportedEngines(done.stderr)];
}

async function runConsumer(name, file, { node, project }) {
  const folder = join(project, 'consumers', name);
  await cp(join(root, 'consumers', name), folder, { recursive: true });
  return outcome(await program([node, join(folder, file)], { cwd: folder, limit: 120 }));
}

/** The `mmrec` command of the installed package: data, and a model that recommends. */
async function runCommand({ node, project }) {
  const command = join(project, 'node_modules', '@mmrec', 'cli', 'bin', 'mmrec.js');
  const lines = [
    'data synth --out shop --users 60 --items 40',
    'train bm3 --data shop --out run --epochs 2',
    'recommend run --user 1 -k 3 --json',
  ];
  for (const line of lines) {
    const args = [node, command, ...line.split(' ')];
    const problems = outcome(await program(args, { cwd: project, limit: 120 }));
    if (problems.length > 0) return problems.map((problem) => `mmrec ${line}: ${problem}`);
  }
  return [];
}

/** What makes an example shorter than its README shows it, or lets it end. */
const shorter = { browser: ['--build-only'], quickstart: ['--epochs', '5'] };

/** The packages that the README of an example installs. */
async function installedBy(example) {
  return readInstallCommand(await readFile(join(root, 'examples', example, 'README.md'), 'utf8'));
}

/** An example, copied out of the repository. */
async function runExample(name, { node, folder, registry, alone }) {
  const source = join(root, 'examples', name);
  const project = join(folder, 'examples', name);
  if (alone) {
    const problems = await install(project, await installedBy(name), { node, registry });
    if (problems.length > 0) return problems;
  }
  const copied = (path) => !/[\\/](node_modules|runs|package\.json)$/.test(path);
  await cp(source, project, { recursive: true, filter: copied });
  const args = [node, 'index.mjs', ...(shorter[name] ?? [])];
  return outcome(await program(args, { cwd: project, limit: 300 }));
}

/** The problem of a program that failed. */
function outcome({ ok, problem, stderr }) {
  if (ok) return [];
  const lines = stderr.trim().split('\n').slice(-8).join(' | ');
  return [lines.includes(problem) ? lines : `${problem} | ${lines}`];
}

async function readJson(file) {
  return JSON.parse(await readFile(file, 'utf8'));
}
