// Requests a second and latency of `mmrec serve` on loopback: top-20 for known users, and for new users with 5 to 14
// items. Generator and server share the machine; nothing is cached.
//   node benchmarks/serve.mjs <run> [seconds = 10] [connections = 16]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { createRng } from '@mmrec/core';
import { root } from '../scripts/tools.mjs';

const [run, seconds = '10', connections = '16'] = process.argv.slice(2);
if (run === undefined) {
  console.error('node benchmarks/serve.mjs <run> [seconds] [connections]');
  process.exit(2);
}
const { users, items } = JSON.parse(readFileSync(join(run, 'ids.json'), 'utf8'));
const stream = createRng(1).stream('requests');
const pick = (list) => list[stream.integer(list.length)];
const questions = {
  'known users': () => ({
    method: 'GET',
    path: `/v1/users/${encodeURIComponent(pick(users))}/recommendations?k=20`,
  }),
  'new users': () => ({
    method: 'POST',
    path: '/v1/recommend',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      history: Array.from({ length: 5 + stream.integer(10) }, () => pick(items)),
      k: 20,
    }),
  }),
};

const bin = join(root, 'packages', 'cli', 'bin', 'mmrec.js');
const server = spawn(process.execPath, [bin, 'serve', run, '--port', '0', '--watch', '0'], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const [address] = await once(server.stdout, 'data');
const url = String(address).trim();
const results = {};
for (const [name, question] of Object.entries(questions)) {
  const requests = Array.from({ length: 5000 }, question);
  const load = { url, requests, connections: Number(connections) };
  await autocannon({ ...load, duration: 2 });
  const {
    requests: rate,
    latency,
    errors,
    non2xx,
  } = await autocannon({
    ...load,
    duration: Number(seconds),
  });
  const { p50, p99, max } = latency;
  results[name] = { requestsPerSecond: rate.average, p50, p99, max, errors, non2xx };
}
server.kill('SIGTERM');
console.log(JSON.stringify({ run, connections, ...results }, undefined, 2));
