import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const bin = fileURLToPath(new URL('../../bin/mmrec.js', import.meta.url));

/** How a process ended. */
export interface ProcessEnd {
  /** Null when it was killed. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly milliseconds: number;
}

/**
 * Runs `mmrec` in a process of its own. For tests.
 *
 * @param killAfter - Milliseconds after which it is killed without warning; absent: never.
 */
export async function runInProcess(
  args: readonly string[],
  killAfter = Infinity,
): Promise<ProcessEnd> {
  const start = performance.now();
  const child = spawn(process.execPath, [bin, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const printed = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (text: Buffer) => (printed[name] += text.toString()));
  }
  const timer =
    killAfter < Infinity ? setTimeout(() => child.kill('SIGKILL'), killAfter) : undefined;
  const [code] = (await once(child, 'close')) as [number | null];
  clearTimeout(timer);
  return { code, ...printed, milliseconds: performance.now() - start };
}

/** Everything that a finished run holds but times and memory: what must be the same. */
export function contentsOf(run: string): Record<string, unknown> {
  const json = (...path: string[]) =>
    JSON.parse(readFileSync(join(run, ...path), 'utf8')) as Record<string, unknown>;
  const newest = readdirSync(join(run, 'checkpoint'))
    .flatMap((name) => /^epoch-(\d+)\.json$/.exec(name)?.[1] ?? [])
    .map(Number)
    .reduce((a, b) => Math.max(a, b), 0);
  const { state } = json('checkpoint', `epoch-${newest}.json`) as {
    state: { history: object[] };
  };
  const { seconds: _, peakMemoryMB: __, ...metrics } = json('metrics.json');
  const bytes = (...path: string[]) => readFileSync(join(run, ...path)).toString('base64');
  return {
    files: readdirSync(run).sort(),
    model: bytes('model.safetensors'),
    // Parameters, buffers, moments of all optimisers and the best epoch's parameters at the end.
    checkpoint: bytes('checkpoint', `epoch-${newest}.safetensors`),
    state: { ...state, history: state.history.map(withoutTimes) },
    history: readFileSync(join(run, 'history.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => withoutTimes(JSON.parse(line) as object)),
    ...{ metrics, config: json('config.json'), ids: json('ids.json') },
  };
}

function withoutTimes(record: object): object {
  const { seconds: _, evaluationSeconds: __, ...rest } = record as Record<string, unknown>;
  return rest;
}
