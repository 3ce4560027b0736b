/**
 * Colours of the first runs, by theme: at least 3 : 1 against the background, and as far apart as six can
 * be for eyes that lack red, green or blue cones (its test measures both).
 */
export const runColours = {
  light: ['#0072b2', '#cb8315', '#9a3763', '#09350f', '#5f0397', '#8f8f8f'],
  dark: ['#56b4e9', '#f49f1e', '#d51a9f', '#1c882d', '#9866f1', '#e8e8e8'],
} as const;

/** Backgrounds of the page, by theme. */
export const backgrounds = { light: '#ffffff', dark: '#15181c' } as const;

/** Lengths of strokes and gaps. Further runs have the same colours, and lines of another kind. */
const dashes = [[], [6, 3], [2, 2], [8, 3, 2, 3]] as const;

/** How a run's line looks. */
export interface RunStyle {
  /** The custom property that holds its colour. */
  readonly colour: string;
  readonly dash: readonly number[];
}

/** The style of the run at a position. */
export function runStyle(index: number): RunStyle {
  const numColours = runColours.light.length;
  return {
    colour: `--run-${(index % numColours) + 1}`,
    dash: dashes[Math.floor(index / numColours) % dashes.length]!,
  };
}

/** The rule that gives the page its colours in both themes; a page that is printed is light. */
export function themeStyle(): string {
  const properties = (theme: 'light' | 'dark') =>
    [
      `--background: ${backgrounds[theme]};`,
      ...runColours[theme].map((colour, index) => `--run-${index + 1}: ${colour};`),
    ].join(' ');
  return `:root { ${properties('light')} }
@media (prefers-color-scheme: dark) { :root:not(.printed) { ${properties('dark')} } }
`;
}
