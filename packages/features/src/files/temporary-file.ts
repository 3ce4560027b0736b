import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A path in a new folder that lasts for one test, with content where it is given. */
export function temporaryFile(name: string, content?: Uint8Array): string {
  const folder = mkdtempSync(join(tmpdir(), 'mmrec-features-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, name);
  if (content) writeFileSync(file, content);
  return file;
}
