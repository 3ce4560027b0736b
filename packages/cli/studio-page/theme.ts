import { computed, effect, signal } from '@preact/signals';

/** What the reader has chosen. */
export type ThemeChoice = 'system' | 'light' | 'dark';

const storedAs = 'mmrec-studio-theme';
const dark = matchMedia('(prefers-color-scheme: dark)');
const systemIsDark = signal(dark.matches);
dark.addEventListener('change', ({ matches }) => {
  systemIsDark.value = matches;
});

export const themeChoice = signal<ThemeChoice>(readChoice());

/** The theme that is shown: what is drawn on a canvas depends on it. */
export const theme = computed(() =>
  themeChoice.value === 'system' ? (systemIsDark.value ? 'dark' : 'light') : themeChoice.value,
);

effect(() => {
  const { dataset } = document.documentElement;
  if (themeChoice.value === 'system') delete dataset['theme'];
  else dataset['theme'] = themeChoice.value;
  try {
    localStorage.setItem(storedAs, themeChoice.value);
  } catch {
    // Where nothing may be stored the choice holds as long as the page.
  }
});

function readChoice(): ThemeChoice {
  try {
    const stored = localStorage.getItem(storedAs);
    return stored === 'light' || stored === 'dark' ? stored : 'system';
  } catch {
    return 'system';
  }
}
