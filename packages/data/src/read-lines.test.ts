import { expect, it } from 'vitest';
import { readLines } from './read-lines.js';
import { temporaryFile } from './temporary-folder.js';

async function linesOf(content: string | Uint8Array): Promise<string[]> {
  const lines: string[] = [];
  await readLines(temporaryFile('lines.txt', content), ({ bytes, start, end, number }) => {
    lines.push(`${number}:${bytes.toString('utf8', start, end)}`);
  });
  return lines;
}

it('numbers lines, passes over blank ones, and takes either line break', async () => {
  expect(await linesOf('a\r\n\n\r\nb \nc')).toEqual(['1:a', '4:b ', '5:c']);
  expect(await linesOf('a\n')).toEqual(['1:a']);
  expect(await linesOf('')).toEqual([]);
});

it('drops a byte-order mark', async () => {
  expect(await linesOf('\uFEFFé\nb')).toEqual(['1:é', '2:b']);
});

it('joins lines that lie across blocks, however long', async () => {
  const lines = ['x'.repeat(1 << 20), 'y', 'z'.repeat(3 << 20), 'w'.repeat(700_000), 'end'];
  const read = await linesOf(lines.join('\r\n'));
  expect(read).toHaveLength(5);
  for (const [at, line] of lines.entries()) expect(read[at] === `${at + 1}:${line}`).toBe(true);
});
