import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { writeSynth } from './synth.js';

const bin = fileURLToPath(new URL('../bin/mmrec.js', import.meta.url));

// Windows has no signals: a process can only be ended there.
it.skipIf(process.platform === 'win32').each(['SIGINT', 'SIGTERM'] as const)(
  '%s stops training and leaves a run that can be read, and resumed',
  async (signal) => {
    const folder = await mkdtemp(join(tmpdir(), 'mmrec-interrupt-'));
    const [data, run] = [join(folder, 'shop'), join(folder, 'run')];
    await writeSynth(data, { seed: 1, numUsers: 60, numItems: 40 });
    const args = [
      'train',
      'bm3',
      '--data',
      data,
      '--out',
      run,
      '--epochs',
      '1000000',
      '--backend',
      'wasm',
    ];
    const child = spawn(process.execPath, [bin, ...args, '--set', 'patience=0', '--json']);
    let [stdout, stderr] = ['', ''];
    let interrupted = false;
    child.stdout.on('data', (text: Buffer) => (stdout += text.toString()));
    child.stderr.on('data', (text: Buffer) => {
      stderr += text.toString();
      if (interrupted || !stderr.includes('epoch 3 ')) return;
      interrupted = true;
      child.kill(signal);
    });
    const [code] = (await once(child, 'close')) as [number];
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ stopped: 'signal' });
    const metrics = JSON.parse(readFileSync(join(run, 'metrics.json'), 'utf8')) as {
      epochs: number;
    };
    expect(metrics.epochs).toBeGreaterThanOrEqual(3);
    expect(existsSync(join(run, 'model.safetensors'))).toBe(true);

    const evaluation = spawn(process.execPath, [bin, 'evaluate', run]);
    const [evaluated] = (await once(evaluation, 'close')) as [number];
    expect(evaluated).toBe(0);

    const epochs = String(metrics.epochs + 1);
    const flags = ['--resume', '--epochs', epochs, '--set', 'patience=0'];
    const again = spawn(process.execPath, [bin, ...args, ...flags]);
    let progress = '';
    again.stderr.on('data', (text: Buffer) => (progress += text.toString()));
    expect(((await once(again, 'close')) as [number])[0], progress).toBe(0);
    expect(progress).toContain(`going on after epoch ${metrics.epochs}\n`);
  },
);
