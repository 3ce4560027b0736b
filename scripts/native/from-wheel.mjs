// libtensorflow out of TensorFlow's Python wheel, and the addon compiled against it.
import {
  existsSync,
  linkSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { include_dir as napiHeaders } from 'node-api-headers';
import { root } from '../tools.mjs';
import { addonFolder } from './addon.mjs';
import { removeAbandoned } from './remove-abandoned.mjs';
import { run } from './run.mjs';

const version = '2.21.0';
const libraries = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];
const machines = { x64: 'x86_64', arm64: 'aarch64' };
/** On arm64 the package without `-cpu` is for the CPU as well. */
const wheels = { x64: ['tensorflow-cpu'], arm64: ['tensorflow-cpu', 'tensorflow'] };
const staging = 'work-';
const cache = join(root, 'node_modules', '.cache', 'mmrec-native');

/** Takes the two libraries and the C headers out of a wheel: wheel, target folder. */
const extractProgram = `
import os, shutil, sys, zipfile
wheel, target = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        folder, _, file = name.rpartition('/')
        if file in (${libraries.map((name) => `'${name}'`).join(', ')}):
            path = os.path.join(target, 'lib', file)
        elif file.endswith('.h') and ('/tensorflow/c' in folder or '/tsl/c' in folder or 'ctstring' in file):
            path = os.path.join(target, name.partition('/')[2])
        else:
            continue
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with archive.open(name) as source, open(path, 'wb') as copy:
            shutil.copyfileobj(source, copy, 1 << 20)
`;

/**
 * Builds the native library in a copy of the package: libtensorflow from the wheel `tensorflow-cpu`,
 * the package's C++ sources compiled against it. Linux on x64 and arm64.
 *
 * @param {{ folder: string, log: (line: string) => void }} work
 * @returns {Promise<string | undefined>} Why it failed, and what to install.
 */
export async function fromWheel({ folder, log }) {
  const { platform, arch } = process;
  if (platform !== 'linux' || !machines[arch]) {
    return `on ${platform} ${arch} only the package's own install is tried`;
  }
  const compiler = await findProgram([process.env['CXX'], 'c++', 'g++', 'clang++'], '--version');
  if (!compiler) return 'a C++ compiler is needed; on Debian: apt install g++';
  const library = join(cache, `libtensorflow-${version}-${arch}`);
  if (!existsSync(library)) {
    const problem = await fetchLibrary(library, log);
    if (problem) return problem;
  }
  return compileAddon(folder, { compiler, library, log });
}

async function fetchLibrary(library, log) {
  const python = await findProgram(['python3', 'python'], '--version');
  if (!python) return 'python3 with pip is needed; on Debian: apt install python3-pip';
  if (!(await run(python, ['-m', 'pip', '--version'], { limit: 60 })).ok) {
    return `${python} has no pip; on Debian: apt install python3-pip`;
  }
  removeAbandoned(cache, staging);
  const work = join(cache, `${staging}${process.pid}`);
  const removeWork = () => rmSync(work, { recursive: true, force: true });
  process.on('exit', removeWork);
  try {
    const wheel = await downloadWheel(python, { work, log });
    if (wheel.problem) return wheel.problem;
    const seconds = stopwatch();
    const target = join(work, 'out');
    const { ok, problem } = await run(python, ['-c', extractProgram, wheel.file, target], {
      limit: 600,
    });
    const missing = libraries.filter((name) => !existsSync(join(target, 'lib', name)));
    if (!ok || missing.length > 0) {
      return `the wheel can't be unpacked: ${problem ?? `it has no ${missing.join(', ')}`}`;
    }
    renameSync(target, library);
    log(`unpacked libtensorflow, ${megabytes(join(library, 'lib'))} MB, in ${seconds()} s`);
    return undefined;
  } finally {
    removeWork();
    process.off('exit', removeWork);
  }
}

/** Any Python will do: the wheel is used for its libraries only. */
async function downloadWheel(python, { work, log }) {
  const machine = machines[process.arch];
  let problem;
  for (const name of wheels[process.arch]) {
    log(`downloading libtensorflow: pip download ${name}==${version}, about 270 MB`);
    const seconds = stopwatch();
    const result = await run(
      python,
      [
        ...['-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary=:all:'],
        ...['--python-version=3.11', '--implementation=cp', '--abi=cp311'],
        ...[`--platform=manylinux_2_27_${machine}`, `--platform=manylinux_2_17_${machine}`],
        ...[`--dest=${work}`, `${name}==${version}`],
      ],
      { limit: 1800 },
    );
    const file = existsSync(work) && readdirSync(work).find((entry) => entry.endsWith('.whl'));
    if (result.ok && file) {
      log(`downloaded ${megabytes(work)} MB in ${seconds()} s`);
      return { file: join(work, file) };
    }
    problem = `pip can't download ${name}==${version}: ${result.problem ?? 'no wheel came'}`;
  }
  return { problem };
}

async function compileAddon(folder, { compiler, library, log }) {
  const seconds = stopwatch();
  const napi = addonFolder(folder);
  const deps = join(folder, 'deps', 'lib');
  for (const path of [deps, join(folder, napi.path)]) mkdirSync(path, { recursive: true });
  for (const name of libraries) link(join(library, 'lib', name), join(deps, name));
  const addon = join(folder, napi.path, 'tfjs_binding.node');
  const { ok, problem } = await run(
    compiler,
    [
      ...['-shared', '-fPIC', '-O2', '-std=c++17', `-DNAPI_VERSION=${napi.version}`],
      ...[`-I${napiHeaders}`, `-I${join(library, 'include')}`],
      ...['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) => join(folder, 'binding', name)),
      ...libraries.map((name) => join(deps, name)),
      ...['-Wl,-rpath,$ORIGIN/../../deps/lib', '-o', addon],
    ],
    { limit: 600 },
  );
  if (!ok) return `the addon can't be compiled with ${compiler}: ${problem}`;
  log(`compiled the addon with ${compiler} in ${seconds()} s`);
  return undefined;
}

/** A hard link needs no space; other file systems get a copy. */
function link(from, to) {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
}

async function findProgram(names, argument) {
  for (const name of names.filter(Boolean)) {
    if ((await run(name, [argument], { limit: 60 })).ok) return name;
  }
  return undefined;
}

function stopwatch() {
  const started = Date.now();
  return () => Math.max(1, Math.round((Date.now() - started) / 1000));
}

function megabytes(folder) {
  const sizes = readdirSync(folder).map((name) => statSync(join(folder, name)).size);
  return Math.round(sizes.reduce((sum, size) => sum + size, 0) / 1e6);
}
