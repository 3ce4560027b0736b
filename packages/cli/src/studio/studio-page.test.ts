import { readFileSync, renameSync } from 'node:fs';
import { createRequire } from 'node:module';
import { findChromium } from '@mmrec/test-utils';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startStudio, type RunningStudio } from '../commands/studio.js';
import { makeStudioRuns, pictured, type StudioRuns } from './make-studio-runs.js';
import { studioColours } from './studio-theme.js';
import type { ItemPage, ItemSummary, MapItems, UserPage } from './studio-api.js';

const executable = findChromium('the page of mmrec studio');
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const quiet = { stdout: { write: () => true }, stderr: { write: () => true } };
const views = ['#/users/7', '#/items', '#/items/5', '#/map?item=5', '#/curves', '#/runs'];

/** What axe says of a page. */
interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { html: string }[];
  }[];
}

describe.skipIf(!executable)('the studio in a browser', () => {
  let runs: StudioRuns;
  let studio: RunningStudio;
  let browser: Browser;

  beforeAll(async () => {
    runs = await makeStudioRuns();
    studio = await startStudio([runs.lightgcn, runs.bm3], {}, quiet);
    browser = await chromium.launch({ executablePath: executable! });
  });
  afterAll(async () => {
    await browser.close();
    await studio.close();
    runs.remove();
  });

  const ask = async <T>(path: string) => (await (await fetch(studio.address + path)).json()) as T;
  const findUser = async (wanted: (user: UserPage) => boolean): Promise<UserPage> => {
    for (let id = 0; id < 80; id++) {
      const user = await ask<UserPage>(`/api/user?id=${id}&k=20`);
      if (wanted(user)) return user;
    }
    throw new Error('There is no such user in the test data.');
  };
  const background = (page: Page) =>
    page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const rgb = (hex: string) =>
    `rgb(${[1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)).join(', ')})`;

  /** Opens a view, does something there, and expects no complaint of the browser and no request elsewhere. */
  async function visit(
    hash: string,
    visitor: (page: Page) => Promise<void>,
    options: Parameters<Browser['newContext']>[0] = {},
  ): Promise<void> {
    const context = await browser.newContext({
      viewport: { width: 1200, height: 900 },
      reducedMotion: 'reduce',
      ...options,
    });
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith(studio.address)) complaints.push(request.url());
    });
    await page.goto(`${studio.address}/${hash}`);
    await visitor(page);
    // Tests ask for what isn't there, and the browser says so.
    const expected = /^Failed to load resource/;
    expect(complaints.filter((each) => !expected.test(each))).toEqual([]);
    await context.close();
  }

  let loads = 0;

  /** Loads the page anew with a view, and waits until all of it stands there. */
  async function load(page: Page, hash: string): Promise<void> {
    await page.goto(`${studio.address}/?${loads++}${hash}`);
    await page.locator('main h1').first().waitFor({ state: 'attached' });
    const going = page.locator('.skeleton, .map-progress, .busy.on');
    await expect.poll(() => going.count()).toBe(0);
  }

  /** What the whole of a typed text finds. */
  const found = (page: Page) =>
    page.locator('[role=listbox][aria-busy=false] > [role=option]').first();
  const places = (page: Page, run: string) =>
    page.getByRole('region', { name: run, exact: true }).locator('ol > li');

  it('finds a user by keyboard alone, and goes on to the next', async () => {
    await visit('#/users/7', async (page) => {
      await page.getByRole('heading', { name: 'User 7' }).waitFor();
      const search = page.getByRole('combobox', { name: 'Find a user' });
      await search.focus();
      await page.keyboard.type('2');
      await found(page).waitFor();
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowDown');
      const chosen = page.getByRole('option', { selected: true });
      expect(await chosen.locator('.name').textContent()).toBe('20');
      expect(await search.getAttribute('aria-activedescendant')).toBe(
        await chosen.getAttribute('id'),
      );
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'User 20' }).waitFor();
      expect(new URL(page.url()).hash).toBe('#/users/20');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'User 21' }).waitFor();
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'User 22' }).waitFor();
      await page.goBack();
      await page.getByRole('heading', { name: 'User 21' }).waitFor();
      // Whoever types fast is not given what the beginning of it finds.
      await search.focus();
      await page.keyboard.type('31');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'User 31' }).waitFor();
    });
  });

  it('shows the lists of the models side by side, hits marked, with their reasons', async () => {
    const user = await findUser(({ runs: lists }) =>
      lists.every(({ items }) => items.some(({ hit }) => hit === 'test')),
    );
    await visit(`#/users/${user.id}?k=20`, async (page) => {
      for (const [run, name] of ['lightgcn', 'bm3'].entries()) {
        const { items, testHits } = user.runs[run]!;
        const rows = places(page, name);
        await rows.first().waitFor();
        const titles = await rows.locator('a.name').allTextContents();
        expect(titles).toEqual(items.map(({ item }) => item.title));
        const marked = await rows.evaluateAll((all) =>
          all.map((row) => row.querySelector('.badge')?.textContent.trim() ?? null),
        );
        expect(marked).toEqual(items.map(({ hit }) => hit ?? null));
        const heading = page.getByRole('region', { name, exact: true }).locator('header');
        const tested = user.heldOut.filter(({ split }) => split === 'test').length;
        expect(await heading.textContent()).toContain(`${testHits} of ${tested} test items`);
        const causes = await rows.first().locator('.cause > span:last-child').allTextContents();
        const { history } = items[0]!.reason;
        expect(causes).toEqual(history.slice(0, 2).map(({ item }) => item.title));
      }
      const ids = user.runs.map(({ items }) => items.map(({ item }) => item.id));
      const shared = ids[0]!.filter((id) => ids[1]!.includes(id)).length;
      await page.getByText(`${shared} of 20 are in both lists`).waitFor();
      expect(await page.locator('.strip').first().locator('li').count()).toBe(user.history.length);
      const ranks = await page.locator('.ranks dd').allTextContents();
      expect(ranks).toEqual(
        user.heldOut.flatMap((each) => each.ranks.map((rank) => `rank ${rank}`)),
      );
    });
  });

  it('opens a reason by keyboard: parts that add up', async () => {
    await visit('#/users/7', async (page) => {
      const first = places(page, 'bm3').first();
      await first.locator('a.name').focus();
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      const tables = first.locator('table');
      await tables.first().waitFor();
      expect(await tables.count()).toBe(2);
      for (const table of await tables.all()) {
        const sum = Number((await table.locator('caption .quiet').textContent())!.slice(4));
        const parts = (await table.locator('.number').allTextContents()).map((text) =>
          Number(text.replace('−', '-')),
        );
        // Every part is rounded to two digits.
        expect(parts.reduce((a, b) => a + b, 0)).toBeCloseTo(sum, 1);
      }
    });
  });

  it('lets an item that is pointed at stand out in every list', async () => {
    const user = await ask<UserPage>('/api/user?id=7&k=50');
    const [a, b] = user.runs.map(({ items }) => items.map(({ item }) => item.id)) as [
      string[],
      string[],
    ];
    await visit('#/users/7?k=50', async (page) => {
      await places(page, 'lightgcn').first().hover();
      const pointed = places(page, 'bm3').locator('xpath=self::li[contains(@class, "pointed")]');
      await pointed.waitFor();
      expect(await pointed.locator('.rank').textContent()).toBe(String(b.indexOf(a[0]!) + 1));
    });
  });

  it('goes to users by chance, and to those on whom models differ', async () => {
    await visit('', async (page) => {
      await page.getByRole('heading', { level: 1, name: /^User \d+$/ }).waitFor();
      await page.getByRole('radio', { name: 'Top 20' }).check();
      await page.getByRole('button', { name: 'Models differ' }).click();
      await expect
        .poll(async () => {
          const found = await page.locator('.column > header .quiet').allTextContents();
          return new Set(found.map((text) => text.split(' ')[0])).size;
        })
        .toBe(2);
      expect(page.url()).toContain('k=20');
    });
  });

  it('finds items by keyboard, and shows what each model has near them', async () => {
    const { item, runs: near } = await ask<ItemPage>('/api/item?id=5&k=10');
    await visit('#/items', async (page) => {
      await page.getByRole('heading', { name: 'Most popular items' }).waitFor();
      await page.getByRole('combobox', { name: 'Find an item' }).focus();
      await page.keyboard.type(item.title!.toLowerCase());
      await found(page).waitFor();
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: item.title!, level: 1 }).waitFor();
      for (const [run, name] of ['lightgcn', 'bm3'].entries()) {
        expect(await places(page, name).locator('a.name').allTextContents()).toEqual(
          near[run]!.items.map(({ item }) => item.title),
        );
      }
      await page.locator('.owners a').first().click();
      await page.getByRole('heading', { name: /^User / }).waitFor();
    });
  });

  it('lists all that a word finds, and says when nothing does', async () => {
    const found = await ask<ItemSummary[]>('/api/items?query=lamp&limit=60');
    await visit('#/items', async (page) => {
      const search = page.getByRole('combobox');
      await search.fill('lamp');
      await search.press('Enter');
      await page.getByRole('heading', { name: 'Items with “lamp”' }).waitFor();
      await expect.poll(() => page.locator('.cards > li').count()).toBe(found.length);
      await search.fill('nothing like it');
      await page.getByText('Nothing has “nothing like it” in it.').waitFor();
      await search.press('Enter');
      await page.getByText('No title and no id has all of these words.').waitFor();
    });
  });

  it('shows pictures where there are some, and else a letter', async () => {
    const kinds = async (page: Page, item: number) => {
      await page.goto(`${studio.address}/#/items/${item}`);
      const picture = page.locator('.item-header > .picture');
      await picture.waitFor();
      return picture;
    };
    await visit('#/items', async (page) => {
      const image = await kinds(page, pictured.good);
      await expect
        .poll(() => image.evaluate((each) => (each as HTMLImageElement).naturalWidth))
        .toBe(1);
      for (const item of [pictured.escaping, pictured.missing, 9]) {
        const place = await kinds(page, item);
        const { title } = (await ask<ItemPage>(`/api/item?id=${item}`)).item;
        await expect.poll(() => place.textContent()).toBe(title![0]);
      }
    });
  });

  it('draws a map in the colours of its legend, and finds items on it by keyboard and mouse', async () => {
    const { items, fields } = await ask<MapItems>('/api/map-items');
    await visit('#/map', async (page) => {
      const canvas = page.getByRole('application');
      await canvas.focus();
      await page.locator('.map-progress').waitFor({ state: 'detached' });
      await page.keyboard.press('ArrowRight');
      const selected = page.getByRole('region', { name: 'Selected item' });
      const first = await selected.getByRole('heading').textContent();
      expect(items.map(({ title }) => title)).toContain(first);
      for (const key of ['ArrowLeft', 'ArrowLeft', 'ArrowUp']) await page.keyboard.press(key);
      const second = await selected.getByRole('heading').textContent();
      expect(second).not.toBe(first);
      expect(await page.locator('[aria-live]').textContent()).toBe(second);

      // The mouse finds a point where its colour is.
      await page.keyboard.press('Escape');
      const category = fields.find((field) => field.kind === 'category')!;
      const dot = page.locator('.legend-box button').first();
      expect(await dot.locator('.name').textContent()).toBe(category.values[0]);
      await dot.click();
      expect(await dot.getAttribute('aria-pressed')).toBe('true');
      const place = await page.waitForFunction(() => {
        const canvas = document.querySelector('canvas')!;
        const { width, height } = canvas;
        const { data } = canvas.getContext('2d')!.getImageData(0, 0, width, height);
        let best = -1;
        for (let at = 3; at < data.length; at += 4) if (data[at]! > (data[best] ?? 200)) best = at;
        if (best < 0) return null;
        const pixel = (best - 3) / 4;
        return { x: pixel % width, y: Math.floor(pixel / width) };
      });
      const { x, y } = (await place.jsonValue())!;
      await canvas.hover({ position: { x, y } });
      const tip = page.locator('.map-tip');
      await tip.waitFor();
      expect(await tip.textContent()).toContain(category.values[0]);
      await canvas.click({ position: { x, y } });
      await selected.getByRole('heading').waitFor();
      expect(await selected.textContent()).toContain(category.values[0]);
      const title = await selected.getByRole('heading').textContent();
      await canvas.press('Enter');
      await page.getByRole('heading', { name: title!, level: 1 }).waitFor();
    });
  });

  it('lays the map out anew for another model, and marks a user on it', async () => {
    await visit('#/map?user=7', async (page) => {
      const image = () =>
        page.locator('canvas').evaluate((each) => (each as HTMLCanvasElement).toDataURL());
      const marks = page.getByRole('region', { name: 'Marked user' });
      const { history, runs: lists } = await ask<UserPage>('/api/user?id=7');
      await marks.getByText(`${history.length} of the history`).waitFor();
      const hits = lists[0]!.items.filter(({ hit }) => hit).length;
      await marks.getByText(`${hits} recommended and taken`).waitFor();
      await page.locator('.map-progress').waitFor({ state: 'detached' });
      const before = await image();
      await page.getByRole('radio', { name: 'bm3' }).check();
      await page.locator('.map-progress').waitFor({ state: 'detached' });
      await expect.poll(image).not.toBe(before);
      const umap = await image();
      await page.getByRole('radio', { name: 'Components' }).check();
      await page.getByText('two principal components').waitFor();
      await expect.poll(image).not.toBe(umap);
      await page.getByLabel('Colour').selectOption('popularity');
      await page.locator('.ramp').waitFor();
      await marks.getByRole('button').click();
      await expect.poll(() => marks.count()).toBe(0);
      expect(new URL(page.url()).hash).toBe('#/map?run=1&layout=pca&colour=popularity');
    });
  });

  it('draws curves over each other, to be read by keyboard', async () => {
    await visit('#/curves', async (page) => {
      const chart = page.locator('figure', {
        has: page.locator('figcaption:text-is("recall@20")'),
      });
      await chart.locator('canvas').waitFor();
      expect(await chart.getAttribute('aria-label')).toContain('of lightgcn, bm3.');
      await chart.focus();
      await chart.press('ArrowRight');
      await chart.press('ArrowRight');
      expect(await chart.locator('.tooltip b').textContent()).toBe('epoch 2');
      await page.getByRole('button', { name: 'lightgcn' }).press('Enter');
      await expect.poll(() => chart.getAttribute('aria-label')).toContain('of bm3.');
      await page.getByRole('radio', { name: 'Time' }).check();
      await expect.poll(() => chart.getAttribute('aria-label')).toContain('over time (s)');
    });
  });

  it('follows the system’s theme, and the reader’s', async () => {
    const [light, dark] = [rgb(studioColours.light.page), rgb(studioColours.dark.page)];
    await visit(
      '#/runs',
      async (page) => {
        expect(await background(page)).toBe(dark);
        await page.getByRole('button', { name: 'Theme: system.' }).press('Enter');
        expect(await background(page)).toBe(light);
        await page.reload();
        expect(await background(page)).toBe(light);
        await page.getByRole('button', { name: 'Theme: light.' }).click();
        await page.emulateMedia({ colorScheme: 'light' });
        expect(await background(page)).toBe(dark);
      },
      { colorScheme: 'dark' },
    );
    await visit('#/runs', async (page) => {
      expect(await background(page)).toBe(light);
    });
  });

  it('says what is wrong, and goes on when it no longer is', async () => {
    await visit('#/users/nobody', async (page) => {
      const alert = page.getByRole('alert');
      expect(await alert.textContent()).toContain('There is no user “nobody” in this dataset.');
      const config = `${runs.bm3}/config.json`;
      renameSync(config, `${config}.away`);
      await page.getByRole('link', { name: 'Runs' }).click();
      await page.getByText(/config.json/).waitFor();
      renameSync(`${config}.away`, config);
      await alert.getByRole('button', { name: 'Try again' }).click();
      await page.getByRole('heading', { name: 'Results' }).waitFor();
      await page.route('**/api/user?*', (route) => route.abort());
      await page.goto(`${studio.address}/#/users/7`);
      await page.getByText('Is mmrec studio still running?').waitFor();
    });
  });

  it('fits a phone', async () => {
    const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
    await visit(
      '#/runs',
      async (page) => {
        for (const hash of views) {
          await load(page, hash);
          const width = await page.evaluate(() => document.documentElement.scrollWidth);
          expect([hash, width]).toEqual([hash, 390]);
        }
      },
      phone,
    );
  });

  it.each(views)('has nothing that axe complains of: %s', async (hash) => {
    await visit(
      hash,
      async (page) => {
        await load(page, hash);
        if (hash.startsWith('#/users'))
          await places(page, 'bm3').first().locator('summary').click();
        // The policy of the page lets no script in but its own; the debugger's may.
        await page.evaluate(axe);
        const complaints = (rules?: readonly string[]) =>
          page.evaluate(async (runOnly) => {
            const { axe } = globalThis as unknown as {
              axe: { run(options: object): Promise<AxeResult> };
            };
            const { violations } = await axe.run(runOnly ? { runOnly } : {});
            return violations.map(({ id, nodes }) => `${id}: ${nodes[0]!.html}`);
          }, rules);
        expect(await complaints()).toEqual([]);
        await page.emulateMedia({ colorScheme: 'dark' });
        expect(await complaints(['color-contrast'])).toEqual([]);
      },
      { colorScheme: 'light' },
    );
  });
});
