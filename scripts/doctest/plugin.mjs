import { dirname, join } from 'node:path';
import { findBlocks } from './find-blocks.mjs';
import { toModule } from './to-module.mjs';

/** Module of a block: `doctest:<file>#<line>`. */
const prefix = 'doctest:';
const virtual = `\0${prefix}`;

/**
 * Vite plugin that serves documentation blocks as modules. Their imports of `@mmrec/…` lead to the
 * packages' sources, TensorFlow.js to the root's, and everything else to the block's own project.
 *
 * @param {string} root
 */
export function doctestPlugin(root) {
  return {
    name: 'mmrec-doctest',
    enforce: 'pre',
    async resolveId(specifier, importer) {
      if (specifier.startsWith(prefix)) return `\0${specifier}`;
      if (!importer?.startsWith(virtual)) return undefined;
      const [, name] = /^@mmrec\/([^/]+)$/.exec(specifier) ?? [];
      if (name) return join(root, 'packages', name, 'src', 'index.ts').replaceAll('\\', '/');
      const file = importer.slice(virtual.length).replace(/#\d+$/, '');
      const [group, project] = file.split('/');
      const own = ['packages', 'examples'].includes(group) ? join(root, group, project) : root;
      const home = specifier.startsWith('@tensorflow/') ? root : own;
      const found = await this.resolve(specifier, join(home, 'package.json'), { skipSelf: true });
      return (
        found ?? this.resolve(specifier, join(dirname(home), 'package.json'), { skipSelf: true })
      );
    },
    load(id) {
      if (!id.startsWith(virtual)) return undefined;
      const [file, line] = id.slice(virtual.length).split('#');
      const block = findBlocks(root).find(
        (candidate) => candidate.file === file && candidate.line === Number(line),
      );
      if (!block) throw new Error(`${file}:${line}: no such block.`);
      return toModule(block, root).code;
    },
  };
}
