import { cpus } from 'node:os';
import { backendNames, useBackend, type BackendName } from '@mmrec/ops';
import { matMul, ones } from '@tensorflow/tfjs-core';
import type { Streams } from '../streams.js';
import { formatTable } from '../table.js';
import { packageVersions } from '../versions.js';

interface Diagnosis {
  readonly backend: BackendName;
  readonly available: boolean;
  readonly package?: string;
  readonly version?: string;
  /** Dense products, measured. */
  readonly gflops?: number;
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
  const rows = diagnoses.map(({ backend, available, version, gflops }) => [
    backend,
    available ? 'yes' : 'no',
    version ?? '–',
    gflops === undefined ? '–' : gflops.toPrecision(3),
  ]);
  stdout.write(`${formatTable(['back end', 'available', 'version', 'GFLOP/s'], rows)}\n\n`);
  stdout.write(`auto uses ${used ?? 'none'}\n`);
  for (const { backend, reason } of diagnoses) {
    if (reason !== undefined) stdout.write(`${backend}: ${reason}\n`);
  }
}

async function diagnose(name: BackendName): Promise<Diagnosis> {
  try {
    const { package: provider, version } = await useBackend(name);
    return {
      backend: name,
      available: true,
      package: provider,
      version,
      gflops: await measure(name),
    };
  } catch (error) {
    const reason = (error as Error).message.replace(/^useBackend: /, '');
    return { backend: name, available: false, reason };
  }
}

/** Speed of a dense product; a smaller one where a large one would take seconds. */
async function measure(name: BackendName): Promise<number> {
  const size = name === 'cpu' ? 192 : 768;
  const a = ones([size, size]);
  let best = Infinity;
  for (let run = 0; run < 4; run++) {
    const start = performance.now();
    const product = matMul(a, a);
    await product.data();
    product.dispose();
    best = Math.min(best, performance.now() - start);
  }
  a.dispose();
  return (2 * size ** 3) / best / 1e6;
}
