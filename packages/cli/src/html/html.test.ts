import { describe, expect, it } from 'vitest';
import { html } from './html.js';
import { htmlPage, isHtmlPage } from './html-page.js';
import { htmlTable } from './html-table.js';

/** Markup without the space between elements, which nobody sees. */
const dense = (text: string) => text.replace(/\s+/g, ' ').replace(/ ?(<\/?[a-z]+[^>]*>) ?/g, '$1');

const evil = `</script><img src=x onerror="alert('1')">&`;
const escaped = '&lt;/script&gt;&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;';

describe('html', () => {
  it('escapes text, and leaves HTML as it is', () => {
    expect(html`<i>${evil}</i>${html`<b>${1.5}</b>`}`.markup).toBe(`<i>${escaped}</i><b>1.5</b>`);
  });

  it('joins lists and leaves out what is not there', () => {
    expect(html`[${['<', undefined, [html`<br />`, 2, false]]}]`.markup).toBe('[&lt;<br />2]');
  });
});

describe('htmlTable', () => {
  it('has a heading for each row and column, and numbers to the right', () => {
    const { markup } = htmlTable({
      columns: [{ title: 'Run' }, { title: 'Epoch', number: true }],
      rows: [[evil, 3]],
    });
    expect(dense(markup)).toContain(
      '<th scope="col" class="text">Run</th><th scope="col" class="number">Epoch</th>',
    );
    expect(dense(markup)).toContain(`<th scope="row">${escaped}</th><td class="number">3</td>`);
    expect(markup).not.toContain('colgroup');
  });

  it('puts a heading above the neighbours of a group', () => {
    const { markup } = htmlTable({
      columns: [
        { title: 'Run' },
        { title: 'a', group: 'test' },
        { title: 'b', group: 'test' },
        { title: 'c', group: 'options' },
      ],
      rows: [],
    });
    expect(dense(markup)).toContain(
      '<tr><td colspan="1"></td><th scope="colgroup" colspan="2" class="group">test</th><th scope="colgroup" colspan="1" class="group">options</th></tr>',
    );
  });
});

describe('htmlPage', () => {
  const page = htmlPage({
    title: evil,
    style: 'b { color: red }',
    body: html`<p>hello</p> `,
    data: { name: evil },
    script: 'start();',
  });

  it('holds data that the script reads back, in a page that it does not end', () => {
    const [, json] = /<script type="application\/json" id="page-data">(.*?)<\/script>/s.exec(page)!;
    expect(JSON.parse(json!)).toEqual({ name: evil });
    expect(page.match(/<\/script>/g)).toHaveLength(2);
    expect(page).toContain(`<title>${escaped}</title>`);
    expect(page).toContain('<p>hello</p>');
  });

  it('knows its own', () => {
    expect(isHtmlPage(page)).toBe(true);
    expect(isHtmlPage('<!doctype html>\n<title>Mine</title>')).toBe(false);
  });

  it('needs no script', () => {
    const plain = htmlPage({ title: 'Table', style: '', body: html`<p>hello</p>` });
    expect(plain).not.toContain('<script');
  });
});
