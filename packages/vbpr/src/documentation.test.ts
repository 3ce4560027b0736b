import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

it('docs/adding-a-model.md shows this model as it is', () => {
  const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
  const page = read('../../../docs/adding-a-model.md').replaceAll('\r\n', '\n');
  const [, listing] = /packages\/vbpr\/src\/create-vbpr\.ts`:\n\n```ts\n([\s\S]*?)```/.exec(page)!;
  expect(listing).toBe(read('./create-vbpr.ts').replaceAll('\r\n', '\n'));
});
