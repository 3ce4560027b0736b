import { html, type Html } from '../html/html.js';
import { runStyle } from './run-colours.js';

/** A piece of a run's line, as it is in the charts. */
export function runSwatch(index: number): Html {
  const { colour, dash } = runStyle(index);
  return html`<svg class="swatch" width="22" height="10" aria-hidden="true">
    <line
      x1="1"
      y1="5"
      x2="21"
      y2="5"
      stroke="var(${colour})"
      stroke-width="3"
      stroke-dasharray="${dash.join(' ')}"
    />
  </svg>`;
}
