import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { publicPackages } from '../write-api-pages.mjs';

const page = (text: string, link: string) => ({ text, link });

export const nav = [
  page('Start', '/start'),
  page('Guides', '/own-data'),
  page('Models', '/models/'),
  page('API', '/api/'),
  page('Results', '/results'),
];

const packages = await publicPackages();
const withGuides = packages.filter(({ hasReadme }) => hasReadme);

const placed = [
  {
    text: 'Start',
    items: [page('In five minutes', '/start'), page('Your own data', '/own-data')],
  },
  {
    text: 'Guides',
    items: [
      page('Features', '/features'),
      page('Choosing a model', '/choosing-a-model'),
      page('Evaluation done right', '/evaluation'),
      page('Missing modalities, new items', '/missing-modalities'),
      page('Serving', '/serving'),
      page('Studio', '/studio'),
      page('Exporting', '/exporting'),
      page('Studio', '/studio'),
      page('GPUs and native back ends', '/native'),
      page('Adding a model', '/adding-a-model'),
    ],
  },
  {
    text: 'Models',
    items: [
      page('Overview', '/models/'),
      page('BM3', '/models/bm3'),
      page('MMSSL', '/models/mmssl'),
      page('LGMRec', '/models/lgmrec'),
      page('AlignRec', '/models/alignrec'),
      page('AlignRec’s encoder', '/packages/alignrec/encoder'),
      page('LightGCN', '/models/lightgcn'),
      page('VBPR', '/models/vbpr'),
    ],
  },
  {
    text: 'Data and features',
    collapsed: true,
    items: [
      page('Preparing raw data', '/preparing-data'),
      page('The dataset folder', '/dataset-folder'),
      page('Extracting features', '/extracting-features'),
      page('What features are worth', '/feature-protocols'),
    ],
  },
  {
    text: 'Experiments',
    collapsed: true,
    items: [
      page('Two protocols', '/protocols'),
      page('Presets', '/presets'),
      page('Sweeps', '/sweeps'),
      page('Comparing runs', '/comparing-runs'),
      page('Looking at runs', '/watching'),
      page('Resuming', '/resuming'),
      page('The run folder', '/run-folder'),
    ],
  },
  {
    text: 'Results',
    items: [page('Results', '/results'), page('Benchmarks', '/benchmarks')],
  },
  {
    text: 'Project',
    collapsed: true,
    items: [page('Releasing', '/releasing')],
  },
  {
    text: 'Packages',
    collapsed: true,
    items: withGuides.map(({ name, folder }) => page(name, `/packages/${folder}/`)),
  },
  {
    text: 'API reference',
    collapsed: true,
    items: [
      page('All packages', '/api/'),
      ...packages.map(({ name, folder }) => page(name, `/api/${folder}`)),
    ],
  },
];

const links = new Set(placed.flatMap(({ items }) => items.map(({ link }) => link)));
const docs = fileURLToPath(new URL('..', import.meta.url));

/** Pages that nobody has given a place yet. */
const others = readdirSync(docs)
  .filter((name) => name.endsWith('.md') && !['README.md', 'index.md'].includes(name))
  .map((name) => ({
    link: `/${name.slice(0, -3)}`,
    text: titleOf(readFileSync(docs + name, 'utf8')),
  }))
  .filter(({ link }) => !links.has(link));

const examples = fileURLToPath(new URL('../../examples/', import.meta.url));
const exampleItems = readdirSync(examples)
  .map((name) => ({ name, readme: `${examples}${name}/README.md` }))
  .filter(({ readme }) => existsSync(readme))
  .map(({ name, readme }) => page(titleOf(readFileSync(readme, 'utf8')), `/examples/${name}`));

/** One sidebar for all pages: what is looked for is one click away. */
export const sidebar = [
  ...placed,
  ...(exampleItems.length > 0 ? [{ text: 'Examples', collapsed: true, items: exampleItems }] : []),
  ...(others.length > 0 ? [{ text: 'More', collapsed: true, items: others }] : []),
];

function titleOf(text: string): string {
  return /^# (.+)$/m.exec(text)?.[1] ?? 'Untitled';
}
