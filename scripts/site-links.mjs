import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Links of a built site that lead nowhere: to a page, file or heading that isn't there.
 *
 * @param {string} folder - With its `.html` files.
 * @returns {string[]} `page: link` for each.
 */
export function deadLinks(folder) {
  const pages = new Map(
    readdirSync(folder, { recursive: true })
      .map((name) => String(name).replaceAll('\\', '/'))
      .filter((name) => name.endsWith('.html'))
      .map((name) => [`/${name}`, readFileSync(join(folder, name), 'utf8')]),
  );
  const anchors = new Map([...pages].map(([page, html]) => [page, idsOf(html)]));
  return [...pages].flatMap(([page, html]) =>
    [...new Set(linksOf(html))]
      .filter((link) => !leads(link, page, { folder, anchors }))
      .map((link) => `${page}: ${link}`),
  );
}

function leads(link, page, { folder, anchors }) {
  const { pathname, hash } = new URL(link, `http://site${page}`);
  const path = decodeURIComponent(pathname).replace(/\/$/, '/index.html');
  const ids = anchors.get(path) ?? anchors.get(`${path}.html`);
  if (!ids) return existsSync(join(folder, path));
  return hash === '' || ids.has(decodeURIComponent(hash.slice(1)));
}

function idsOf(html) {
  return new Set([...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => unescape(id)));
}

/** Addresses within the site. */
function linksOf(html) {
  return [...html.matchAll(/<a [^>]*?href="([^"]+)"/g)]
    .map(([, href]) => unescape(href))
    .filter((href) => !/^([a-z]+:|\/\/)/i.test(href));
}

function unescape(text) {
  return text.replaceAll('&amp;', '&').replaceAll('&#39;', "'").replaceAll('&quot;', '"');
}
