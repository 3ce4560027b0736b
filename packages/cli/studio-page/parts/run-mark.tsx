import { runStyle } from '../../src/plot/run-colours.js';

/** A run's colour, as its curves have it. */
export function RunMark({ run }: { readonly run: number }) {
  const { colour, dash } = runStyle(run);
  return (
    <svg class="run-mark" viewBox="0 0 18 10" aria-hidden="true">
      <line
        x1="1"
        y1="5"
        x2="17"
        y2="5"
        stroke={`var(${colour})`}
        stroke-width="4"
        stroke-linecap={dash.length > 0 ? 'butt' : 'round'}
        stroke-dasharray={dash.join(' ')}
      />
    </svg>
  );
}
