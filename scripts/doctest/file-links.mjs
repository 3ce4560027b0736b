import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Links of a Markdown file to files that aren't there. Headings are checked where the site is built.
 *
 * @param {string} file - Its path.
 * @param {string} text - What it says.
 * @returns {string[]}
 */
export function deadFileLinks(file, text) {
  return [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, href]) => href)
    .filter((href) => !/^([a-z]+:|#|\/)/i.test(href))
    .filter((href) => !existsSync(join(dirname(file), decodeURI(href.replace(/#.*$/, '')))));
}

function withoutCode(text) {
  return text.replaceAll(/^([ \t]*)```[\s\S]*?^\1```/gm, '').replaceAll(/`[^`\n]*`/g, '');
}
