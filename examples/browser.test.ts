import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findChromium } from '@mmrec/test-utils';
import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('browser/index.mjs', import.meta.url));
const executable = findChromium('the example of a page without a server');

describe('the browser example', () => {
  let site: string;
  beforeAll(() => {
    site = mkdtempSync(join(tmpdir(), 'mmrec-site-'));
  });
  afterAll(() => {
    rmSync(site, { recursive: true });
  });

  it('is built as a handful of static files, the program below 900 kB', () => {
    const output = execFileSync(process.execPath, [program, '--out', site, '--build-only'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    expect(output).toContain('index.html, page.js, shop.serving');
    expect(statSync(join(site, 'page.js')).size).toBeLessThan(900_000);
  });

  describe.skipIf(!executable)('in a browser', () => {
    let browser: Browser;
    let server: ChildProcess;
    let address: string;
    beforeAll(async () => {
      server = spawn(process.execPath, [program, '--out', site, '--port', '0'], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      let output = '';
      while (!/^http.*\n/m.test(output)) {
        const [data] = (await once(server.stdout!, 'data')) as [Buffer];
        output += data.toString();
      }
      address = /^http.*$/m.exec(output)![0];
      browser = await chromium.launch({ executablePath: executable! });
    });
    afterAll(async () => {
      await browser.close();
      server.kill();
    });

    it('recommends what goes with the choices, and says because of which', async () => {
      const page = await browser.newPage();
      const requests: string[] = [];
      const complaints: string[] = [];
      page.on('request', (request) => requests.push(new URL(request.url()).pathname));
      page.on('pageerror', (error) => complaints.push(error.message));
      await page.goto(address);
      await page.waitForSelector('body[data-ready]');
      const texts = async (list: string) => page.locator(`#${list} li`).allTextContents();
      const popular = await texts('recommended');
      expect(popular).toHaveLength(8);
      expect(await page.locator('#status').textContent()).toContain('what most people had');

      requests.length = 0;
      await page.getByRole('searchbox').fill('lamp');
      await page.locator('#found button').first().press('Enter');
      const [chosen] = await texts('history');
      expect(chosen).toMatch(/lamp/i);
      const recommended = await texts('recommended');
      expect(recommended).toHaveLength(8);
      expect(recommended).not.toEqual(popular);
      expect(recommended.every((text) => text.includes(`because of ${chosen}`))).toBe(true);
      expect(await page.locator('#status').textContent()).toMatch(
        /^Made of 1 of your choices in [\d.]+ ms/,
      );
      await page.locator('#history button').first().click();
      expect(await texts('recommended')).toEqual(popular);
      // No server behind the page.
      expect(requests).toEqual([]);
      expect(complaints).toEqual([]);
      if (process.env['MMREC_SCREENSHOT'])
        await page.screenshot({ path: process.env['MMREC_SCREENSHOT'] });
      await page.close();
    });
  });
});
