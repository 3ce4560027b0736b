import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium } from '@mmrec/test-utils';
import { mmrec } from '../run-main.js';
import { evilName, makeTestRuns, type TestRuns } from './make-test-runs.js';
import type { PlotData } from './plot-data.js';
import { runColours } from './run-colours.js';

const executable = findChromium('the page of mmrec plot');

describe.skipIf(!executable)('the page in a browser', () => {
  let runs: TestRuns;
  let file: string;
  let data: PlotData;
  let browser: Browser;

  beforeAll(async () => {
    runs = await makeTestRuns();
    file = join(runs.folder, 'page.html');
    const folders = [runs.lightgcn, runs.bm3, runs.killed, runs.evil];
    const { code } = await mmrec('plot', ...folders, '--out', file, '--backend', 'wasm');
    expect(code).toBe(0);
    const [, json] = /id="page-data">(.*?)<\/script>/s.exec(readFileSync(file, 'utf8'))!;
    data = JSON.parse(json!) as PlotData;
    browser = await chromium.launch({ executablePath: executable! });
  });
  afterAll(async () => {
    await browser.close();
    runs.remove();
  });

  /** Opens the page, does something there, and expects no complaint of the browser and no request. */
  async function visit(
    options: Parameters<Browser['newContext']>[0],
    visitor: (page: Page) => Promise<void>,
  ): Promise<void> {
    const context = await browser.newContext({
      viewport: { width: 1200, height: 900 },
      ...options,
    });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => complaints.push(request.url()));
    await page.goto(pathToFileURL(file).href);
    await visitor(page);
    expect(complaints.filter((each) => !each.startsWith('file:') && each !== 'data:,')).toEqual([]);
    expect(complaints.filter((each) => each.startsWith('file:'))).toHaveLength(1);
    await context.close();
  }

  const chart = (page: Page, title: string) =>
    page.locator('figure', { has: page.locator(`figcaption:text-is("${title}")`) });
  const metric = (value: number) => value.toFixed(4).replace(/^0/, '');

  it('draws a chart for each metric and term, and for the users', async () => {
    await visit({}, async (page) => {
      expect(await page.locator('figcaption').allTextContents()).toEqual([
        ...data.metrics,
        ...data.terms,
        'seconds an epoch',
        'Users by recall@20 on validation, those with a hit',
      ]);
      // The bars have the colours of the runs, those that could be evaluated.
      const colours = await page
        .locator('canvas')
        .last()
        .evaluate((element) => {
          const { width, height } = element as HTMLCanvasElement;
          const context = (element as HTMLCanvasElement).getContext('2d')!;
          const pixels = new Uint32Array(context.getImageData(0, 0, width, height).data.buffer);
          return [...new Set(pixels)].map((pixel) => {
            const [red, green, blue] = [pixel & 255, (pixel >> 8) & 255, (pixel >> 16) & 255];
            return `#${[red, green, blue].map((value) => value.toString(16).padStart(2, '0')).join('')}`;
          });
        });
      expect(colours).toEqual(expect.arrayContaining(runColours.light.slice(0, 3)));
      expect(colours).not.toContain(runColours.light[3]);
    });
  });

  it('shows the values of the runs that have one where the mouse is', async () => {
    await visit({}, async (page) => {
      const plot = chart(page, 'recall@20');
      await plot.scrollIntoViewIfNeeded();
      const { x, y, width, height } = (await plot.locator('.u-over').boundingBox())!;
      const textAt = async (share: number) => {
        await page.mouse.move(x + share * width, y + height / 2);
        const rows = plot.locator('.tooltip:visible');
        return (await rows.locator('b, div > span').allTextContents()).join(' ');
      };
      const values = (epoch: number) =>
        data.runs.flatMap(({ name, valid, epochs }) => {
          const at = epochs.indexOf(epoch);
          return at < 0 ? [] : [name, metric(valid['recall@20']![at]!)];
        });
      // Epochs 1, 2 and 3; the killed run has the first two.
      await expect.poll(() => textAt(0.01)).toBe(['epoch 1', ...values(1)].join(' '));
      await expect.poll(() => textAt(0.52)).toBe(['epoch 2', ...values(2)].join(' '));
      await expect.poll(() => textAt(0.99)).toBe(['epoch 3', ...values(3)].join(' '));
      expect(values(3)).not.toContain('killed');
      await page.mouse.move(0, 0);
      await expect.poll(() => plot.locator('.tooltip:visible').count()).toBe(0);
    });
  });

  it('shows shares of users in a bin of the histogram', async () => {
    await visit({}, async (page) => {
      const plot = page.locator('figure').last();
      await plot.scrollIntoViewIfNeeded();
      const { x, y, width, height } = (await plot.locator('.u-over').boundingBox())!;
      await page.mouse.move(x + width * 0.975, y + height / 2);
      const shown = data.runs.flatMap(({ name, users }) => {
        const found = users?.['recall@20'];
        if (!found) return [];
        return [name, `${((100 * found.bins[19]!) / found.numUsers).toFixed(1)} % of users`];
      });
      const texts = () => plot.locator('.tooltip b, .tooltip div > span').allTextContents();
      await expect.poll(texts).toEqual(['recall@20 above .95, to 1.00', ...shown]);
      expect(shown).toHaveLength(6);
    });
  });

  it('hides a run by its name in the legend, by mouse and keyboard', async () => {
    await visit({}, async (page) => {
      const button = page.getByRole('button', { name: 'bm3', exact: true });
      const label = () => chart(page, 'recall@20').getAttribute('aria-label');
      expect(await label()).toContain('of lightgcn, bm3, killed, ');
      await button.click();
      expect(await button.getAttribute('aria-pressed')).toBe('false');
      expect(await label()).toContain('of lightgcn, killed, ');
      await button.press('Enter');
      expect(await label()).toContain('of lightgcn, bm3, killed, ');
      for (const each of await page.locator('.legend button').all()) await each.click();
      expect(await page.locator('figure').count()).toBe(0);
    });
  });

  it('can be read by keyboard: arrows, zoom, all', async () => {
    await visit({}, async (page) => {
      const plot = chart(page, 'total');
      await plot.focus();
      const heading = () => plot.locator('.tooltip b').textContent();
      await plot.press('ArrowRight');
      expect(await heading()).toBe('epoch 1');
      await plot.press('ArrowRight');
      expect(await heading()).toBe('epoch 2');
      for (let presses = 0; presses < 4; presses++) await plot.press('+');
      await plot.press('ArrowRight');
      // Zoomed in, there is no further epoch in view.
      expect(await heading()).toBe('epoch 2');
      await plot.press('Escape');
      await plot.press('ArrowRight');
      expect(await heading()).toBe('epoch 3');
    });
  });

  it('zooms all curves by dragging, and back', async () => {
    await visit({}, async (page) => {
      const metricChart = chart(page, 'recall@20').locator('.u-over');
      const total = chart(page, 'total');
      const lastEpoch = async () => {
        // Keys go on from the point where the mouse is.
        await page.mouse.move(0, 0);
        await expect.poll(() => page.locator('.tooltip:visible').count()).toBe(0);
        await total.focus();
        await total.press('ArrowLeft');
        const text = await total.locator('.tooltip b').textContent();
        await total.blur();
        return text;
      };
      expect(await lastEpoch()).toBe('epoch 3');
      await metricChart.scrollIntoViewIfNeeded();
      const { x, y, width, height } = (await metricChart.boundingBox())!;
      await page.mouse.move(x + 2, y + height / 2);
      await page.mouse.down();
      await page.mouse.move(x + 0.3 * width, y + height / 2, { steps: 4 });
      await page.mouse.move(x + 0.52 * width, y + height / 2, { steps: 4 });
      await page.mouse.up();
      expect(await lastEpoch()).toBe('epoch 2');
      await metricChart.dblclick();
      expect(await lastEpoch()).toBe('epoch 3');
    });
  });

  it('draws over time, on logarithmic axes and other metrics of the users', async () => {
    await visit({}, async (page) => {
      await page.locator('.toolbar select').selectOption('time');
      await page.getByLabel('log losses').check();
      await page.locator('.controls select').selectOption('ndcg@10');
      expect(await chart(page, 'total').getAttribute('aria-label')).toContain(
        'total over time (s)',
      );
      const captions = await page.locator('figcaption').allTextContents();
      expect(captions.at(-1)).toBe('Users by ndcg@10 on validation, those with a hit');
      const cells = await page
        .locator('section:last-child tbody tr')
        .first()
        .locator('td')
        .allTextContents();
      expect(cells[1]).toBe(metric(data.runs[0]!.users!['ndcg@10']!.mean));
    });
  });

  it('shows an evil name as it is', async () => {
    await visit({}, async (page) => {
      expect(await page.locator('img').count()).toBe(0);
      expect(await page.title()).toContain(evilName);
      expect(await page.locator('.legend button').last().textContent()).toBe(evilName);
      expect(await page.locator('tbody th').nth(3).textContent()).toContain(evilName);
    });
  });

  it('fits a phone, in the dark', async () => {
    const phone = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true };
    await visit({ ...phone, colorScheme: 'dark' }, async (page) => {
      const widths = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      expect(widths).toEqual([360, 360]);
      const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      expect(background).toBe('rgb(21, 24, 28)');
      await chart(page, 'recall@20').locator('.u-over').tap();
      expect(await chart(page, 'recall@20').locator('.tooltip b').textContent()).toBe('epoch 2');
    });
  });

  it('prints light, and the screen stays as it was', async () => {
    await visit({ colorScheme: 'dark' }, async (page) => {
      const colour = () =>
        page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue('--run-1'));
      const dark = await colour();
      await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
      expect(await colour()).not.toBe(dark);
      await page.evaluate(() => dispatchEvent(new Event('afterprint')));
      expect(await colour()).toBe(dark);
      const pdf = await page.pdf();
      expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    });
  });
});
