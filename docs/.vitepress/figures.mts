import { readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import type { MarkdownEnv, MarkdownRenderer } from 'vitepress';

/**
 * Puts pictures of the kind `![…](picture.svg)` into the page itself, so that they follow its light or dark theme
 * and readers of the screen get their description. In the repository the same files are shown as images.
 */
export function inlineFigures(md: MarkdownRenderer): void {
  const image = md.renderer.rules.image!;
  md.renderer.rules.image = (tokens, index, options, env, self) => {
    const token = tokens[index]!;
    const source = token.attrGet('src') ?? '';
    if (!/^[^:]+\.svg$/.test(source) || source.startsWith('/')) {
      return image(tokens, index, options, env, self);
    }
    const { realPath, path } = env as MarkdownEnv & { realPath?: string };
    const file = resolve(dirname(realPath ?? path), source);
    return `<span class="figure" tabindex="0" role="group" aria-label="${md.utils.escapeHtml(token.content)}">${prepare(file)}</span>`;
  };
}

/** The picture without its own colours, its ids made unlike those of others on the page. */
function prepare(file: string): string {
  const prefix = `${basename(dirname(dirname(file)))}-${basename(file, '.svg')}`;
  return readFileSync(file, 'utf8')
    .replaceAll(/<style>[\s\S]*?<\/style>/g, '')
    .replaceAll(/ id="([\w-]+)"/g, ` id="${prefix}-$1"`)
    .replaceAll(/aria-labelledby="(\w+) (\w+)"/g, `aria-labelledby="${prefix}-$1 ${prefix}-$2"`)
    .replaceAll(/marker-end="url\(#(\w+)\)"/g, `marker-end="url(#${prefix}-$1)"`)
    .replaceAll('class="flow', `marker-end="url(#${prefix}-head)" class="flow`)
    .replaceAll(/\n\s*/g, '')
    .trim();
}

/** Says the file's name above a block of the kind ` ```js file=name `. */
export function namedBlocks(md: MarkdownRenderer): void {
  const fence = md.renderer.rules.fence!;
  md.renderer.rules.fence = (tokens, index, options, env, self) => {
    const token = tokens[index]!;
    const [language, ...flags] = token.info.split(/\s+/);
    token.info = language ?? '';
    const name = flags.find((flag) => flag.startsWith('file='))?.slice('file='.length);
    const block = fence(tokens, index, options, env, self);
    return name === undefined
      ? block
      : `<div class="named-block"><p class="block-name">${md.utils.escapeHtml(name)}</p>${block}</div>`;
  };
}
