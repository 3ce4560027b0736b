import type { MapField } from '../../src/studio/studio-api.js';
import type { ItemColours } from './colours.js';

/** What the colours mean; a click on a category leaves the others faint. */
export function Legend({
  field,
  colours,
  only,
  onOnly,
}: {
  readonly field: MapField;
  readonly colours: ItemColours;
  readonly only: number | undefined;
  readonly onOnly: (code: number | undefined) => void;
}) {
  const { legend, range, palette } = colours;
  const number = (value: number) => value.toLocaleString('en', { maximumFractionDigits: 2 });
  return (
    <section class="legend-box" aria-labelledby="legend-title">
      <h2 id="legend-title">{field.name}</h2>
      {range ? (
        <div class="ramp">
          <span class="bar" aria-hidden="true">
            {palette.slice(0, -1).map((colour, at) => (
              <span key={at} style={{ background: colour }} />
            ))}
          </span>
          <span>{number(range.least)}</span>
          <span>{number(range.most)}</span>
          <p class="quiet">by rank</p>
        </div>
      ) : (
        <ul>
          {legend.map(({ text, colour, count }, code) => (
            <li key={text}>
              <button
                type="button"
                aria-pressed={only === code}
                onClick={() => onOnly(only === code ? undefined : code)}
              >
                <span class="dot" style={{ background: colour }} aria-hidden="true" />
                <span class="name">{text}</span>
                <span class="quiet">{count.toLocaleString('en')}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
