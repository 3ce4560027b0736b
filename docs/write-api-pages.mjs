// Writes the API reference, a page for each public package, as Markdown into docs/api.
import { existsSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Application } from 'typedoc';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = join(root, 'docs', 'api');

/**
 * The packages that are published.
 *
 * @returns {Promise<{ name: string, folder: string, description: string, hasReadme: boolean }[]>}
 */
export async function publicPackages() {
  const folders = (await readdir(join(root, 'packages'))).sort();
  const all = await Promise.all(
    folders.map(async (folder) => {
      const file = join(root, 'packages', folder, 'package.json');
      return { folder, ...JSON.parse(await readFile(file, 'utf8')) };
    }),
  );
  return all
    .filter((entry) => !entry.private)
    .map(({ name, folder, description }) => {
      const hasReadme = existsSync(join(root, 'packages', folder, 'README.md'));
      return { name, folder, description, hasReadme };
    });
}

/** @throws {Error} If the sources can't be read as TypeScript. */
export async function writeApiPages() {
  const packages = await publicPackages();
  await rm(out, { recursive: true, force: true });
  const app = await Application.bootstrapWithPlugins({
    plugin: ['typedoc-plugin-markdown'],
    entryPoints: packages.map(({ folder }) => join(root, 'packages', folder, 'src', 'index.ts')),
    tsconfig: join(root, 'tsconfig.json'),
    name: 'API reference',
    readme: 'none',
    out,
    // The types are checked elsewhere.
    skipErrorChecking: true,
    disableSources: true,
    excludeInternal: true,
    excludeExternals: true,
    groupOrder: ['Functions', 'Classes', 'Variables', 'Interfaces', 'Type Aliases', '*'],
    logLevel: 'Error',
    ...layout,
  });
  const project = await app.convert();
  if (!project) throw new Error('docs: the packages’ sources could not be read.');
  for (const part of project.children) part.name = part.name.replace(/\/src.*$/, '');
  await app.generateOutputs(project);
  if (app.logger.hasErrors()) throw new Error('docs: the API reference could not be written.');
  for (const entry of packages) await finishPage(entry);
  await writeFile(join(out, 'index.md'), indexPage(packages));
}

/** Options of typedoc-plugin-markdown: a page a package, members as tables where that is short. */
const layout = {
  outputFileStrategy: 'modules',
  entryFileName: 'index',
  hidePageHeader: true,
  hideBreadcrumbs: true,
  hidePageTitle: true,
  useCodeBlocks: true,
  useCustomAnchors: true,
  parametersFormat: 'table',
  interfacePropertiesFormat: 'table',
  propertyMembersFormat: 'table',
  typeDeclarationFormat: 'table',
};

async function finishPage({ name, folder, description, hasReadme }) {
  const file = join(out, `${folder}.md`);
  const text = await readFile(file, 'utf8');
  const heading = `# ${name}: API\n\n${description}${hasReadme ? ` [Guide and examples](../../packages/${folder}).` : ''}\n\n`;
  // What TypeDoc calls parameters that are taken apart where they are declared.
  await writeFile(file, heading + text.replaceAll(/(\\_\\_|__)namedParameters/g, 'inputs'));
}

function indexPage(packages) {
  const rows = packages.map(
    ({ name, folder, description }) => `| [${name}](${folder}.md) | ${description} |`,
  );
  return `# API reference

Made of the comments in the sources, a page for each package. The examples are executed by the tests.

| package | what for |
| --- | --- |
${rows.join('\n')}
`;
}
