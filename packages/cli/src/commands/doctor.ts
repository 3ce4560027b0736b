import { cpus } from 'node:os';
import { backendNames, spmm, useBackend, type BackendName } from '@mmrec/ops';
import { dispose, matMul, ones, slice, type Rank, type Tensor } from '@tensorflow/tfjs-core';
import type { Streams } from '../streams.js';
import { formatTable } from '../table.js';
import { packageVersions } from '../versions.js';

interface Diagnosis {
  readonly backend: BackendName;
  readonly available: boolean;
  readonly package?: string;
  readonly version?: string;
  readonly device?: 'cpu' | 'gpu';
  /** Speed of dense products, measured. */
  readonly gflops?: number;
  /** Milliseconds of a sparse product, measured: 100,000 entries, 20,000 × 5,000, times 64 columns. */
  readonly sparseMilliseconds?: number;
  readonly reason?: string;
}

/** `mmrec doctor`: which back ends work here, how fast they are, and why others don't. */
export async function doctor(flags: { json?: boolean }, { stdout }: Streams): Promise<void> {
  const diagnoses: Diagnosis[] = [];
  for (const name of backendNames) diagnoses.push(await diagnose(name));
  const used = diagnoses.find(({ available }) => available)?.backend;
  const cores = cpus();
  const machine = {
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    cores: cores.length,
    processor: cores[0]?.model ?? 'unknown',
  };
  if (flags.json) {
    const report = { ...machine, used, backends: diagnoses, versions: packageVersions() };
    stdout.write(`${JSON.stringify(report, null, 2)}\n`);
    return;
  }
  stdout.write(
    `Node ${machine.node}, ${machine.platform}, ${machine.cores} × ${machine.processor}\n\n`,
  );
  const rows = diagnoses.map(({ backend, available, version, device, ...measured }) => [
    backend,
    available ? 'yes' : 'no',
    version ?? '–',
    device ?? '–',
    measured.gflops?.toPrecision(3) ?? '–',
    measured.sparseMilliseconds?.toPrecision(2) ?? '–',
  ]);
  const columns = ['back end', 'available', 'version', 'device', 'GFLOP/s', 'sparse product, ms'];
  stdout.write(`${formatTable(columns, rows)}\n\n`);
  stdout.write(`auto uses ${used ?? 'none'}\n`);
  for (const { backend, reason } of diagnoses) {
    if (reason !== undefined) stdout.write(`${backend}: ${reason}\n`);
  }
  const native = diagnoses.find(({ backend }) => backend === 'tensorflow');
  if (native?.device === 'cpu') {
    stdout.write(`tensorflow computes on the CPU: for a GPU, see docs/native.md\n`);
  }
}

async function diagnose(name: BackendName): Promise<Diagnosis> {
  try {
    const { package: provider, version, device } = await useBackend(name);
    return {
      backend: name,
      available: true,
      ...{ package: provider, version, device },
      gflops: await denseSpeed(name),
      sparseMilliseconds: await sparseTime(name),
    };
  } catch (error) {
    const reason = (error as Error).message.replace(/^useBackend: /, '');
    return { backend: name, available: false, reason };
  }
}

/** FLOPs of a dense product a nanosecond; a smaller one where a large one would take seconds. */
async function denseSpeed(name: BackendName): Promise<number> {
  const size = name === 'cpu' ? 192 : 768;
  const a = ones<Rank.R2>([size, size]);
  const milliseconds = await bestTime(() => matMul(a, a));
  a.dispose();
  return (2 * size ** 3) / milliseconds / 1e6;
}

/** Five entries a row, spread over the columns, on a fifth of the rows for the back end without kernels. */
async function sparseTime(name: BackendName): Promise<number> {
  const [rows, columns, perRow] = [name === 'cpu' ? 4_000 : 20_000, 5_000, 5];
  const matrix = {
    ...{ rows, columns },
    offsets: Int32Array.from({ length: rows + 1 }, (_, row) => perRow * row),
    indices: Int32Array.from({ length: rows * perRow }, (_, at) => {
      const [row, place] = [Math.floor(at / perRow), at % perRow];
      return place * (columns / perRow) + ((row * 389) % (columns / perRow));
    }),
    values: new Float32Array(rows * perRow).fill(0.1),
  };
  const x = ones<Rank.R2>([columns, 64]);
  const milliseconds = await bestTime(() => spmm(matrix, x));
  x.dispose();
  return milliseconds * (20_000 / rows);
}

/** Milliseconds of the fastest of some runs, the result computed, not read. */
async function bestTime(run: () => Tensor): Promise<number> {
  let best = Infinity;
  for (let round = 0; round < 6; round++) {
    const start = performance.now();
    const result = run();
    const probe = slice(result, [0, 0], [1, 1]);
    await probe.data();
    best = Math.min(best, performance.now() - start);
    dispose([result, probe]);
  }
  return best;
}
