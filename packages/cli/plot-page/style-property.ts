import { runStyle } from '../src/plot/run-colours.js';

/** A custom property of the page's style, such as a colour. */
export function property(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** The colour of a run's line. */
export const colourOf = ({ run }: { readonly run: number }) => property(runStyle(run).colour);
