import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * A Chromium of this machine, for tests of pages. Says so where there is none.
 *
 * @param page - What is not tested then.
 */
export function findChromium(page: string): string | undefined {
  const found = ['chromium', 'chromium-browser', 'google-chrome']
    .flatMap((name) => (process.env['PATH'] ?? '').split(delimiter).map((path) => join(path, name)))
    .find((path) => existsSync(path));
  if (found === undefined) {
    process.stderr.write(
      `WITHOUT a browser: ${page} is not tested. Get one with: apt-get install chromium\n`,
    );
  }
  return found;
}
