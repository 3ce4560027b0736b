import { runColours } from '../plot/run-colours.js';

/** Colours of the studio by theme; `kinds` tell categories on the map apart. */
export const studioColours = {
  light: {
    page: '#f5f6f8',
    background: '#ffffff',
    surface: '#ffffff',
    panel: '#eef0f4',
    text: '#191d24',
    quiet: '#59626f',
    line: '#dde1e8',
    accent: '#3b4cca',
    'on-accent': '#ffffff',
    tint: '#e9ecfb',
    good: '#0b7a43',
    'good-tint': '#dff3e7',
    fair: '#8a5300',
    'fair-tint': '#fbeed6',
    bad: '#b4232f',
    'ramp-low': '#c6d3e1',
    'ramp-middle': '#3f8fb8',
    'ramp-high': '#1b2a6b',
    'kind-other': '#a7b0bc',
    shadow: 'rgb(20 28 45 / 8%)',
  },
  dark: {
    page: '#0f1216',
    background: '#171b21',
    surface: '#171b21',
    panel: '#222831',
    text: '#e8ebf0',
    quiet: '#a0aab8',
    line: '#2f3742',
    accent: '#97a6ff',
    'on-accent': '#10142b',
    tint: '#232a4a',
    good: '#5fd698',
    'good-tint': '#15372a',
    fair: '#f0bd62',
    'fair-tint': '#3b2f16',
    bad: '#ff8d94',
    'ramp-low': '#33485e',
    'ramp-middle': '#3aa3c9',
    'ramp-high': '#f1f3a0',
    'kind-other': '#5c6775',
    shadow: 'rgb(0 0 0 / 40%)',
  },
} as const;

const kinds = {
  light: [
    ...['#3f66d4', '#e07b22', '#2f9e4f', '#d0404e', '#8758d0', '#129bb0'],
    ...['#a86f32', '#d95fa6', '#7d8a18', '#546579', '#c2a100', '#2b2f55'],
  ],
  dark: [
    ...['#7f9ff7', '#f4a25a', '#63cf7d', '#f3787f', '#b898f2', '#5bd0e1'],
    ...['#d4a26c', '#f69bcf', '#b8c956', '#a3b3c8', '#e8d04e', '#f3f4fa'],
  ],
} as const;

/** The rules that give the studio its colours: the system's theme unless `data-theme` names one. */
export function studioTheme(): string {
  const properties = (theme: 'light' | 'dark') =>
    [
      `color-scheme: ${theme};`,
      ...Object.entries(studioColours[theme]).map(([name, colour]) => `--${name}: ${colour};`),
      ...runColours[theme].map((colour, at) => `--run-${at + 1}: ${colour};`),
      ...kinds[theme].map((colour, at) => `--kind-${at + 1}: ${colour};`),
    ].join(' ');
  return `:root { ${properties('light')} }
@media (prefers-color-scheme: dark) { :root:not([data-theme='light']) { ${properties('dark')} } }
:root[data-theme='dark'] { ${properties('dark')} }
`;
}
