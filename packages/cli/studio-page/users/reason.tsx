import type { ComponentChildren } from 'preact';
import type { Reason } from '../../src/studio/studio-api.js';
import { nameOf, Picture } from '../parts/picture.js';

/** Items that the sentence names. */
const named = 2;

/** Why the user gets an item: a line, and the sums behind it. */
export function ReasonOf({ reason, score }: { readonly reason: Reason; readonly score: number }) {
  const because = reason.history.filter(({ contribution }) => contribution > 0).slice(0, named);
  return (
    <details class="reason">
      <summary>
        {because.length === 0 ? (
          <span class="because">nothing in the history speaks for it</span>
        ) : (
          <>
            <span class="because">because of</span>
            {because.map(({ item }) => (
              <span key={item.id} class="cause">
                <Picture item={item} />
                <span>{nameOf(item)}</span>
              </span>
            ))}
          </>
        )}
      </summary>
      <ByHistory reason={reason} score={score} />
      {reason.modalities && <ByModality modalities={reason.modalities} score={score} />}
    </details>
  );
}

function ByHistory({ reason, score }: { readonly reason: Reason; readonly score: number }) {
  const { history, others, everyone, rest } = reason;
  const rows: Part[] = [
    ...history.map(({ item, contribution }) => ({
      name: (
        <>
          <Picture item={item} />
          <span>{nameOf(item)}</span>
        </>
      ),
      value: contribution,
    })),
    ...(others.count > 0
      ? [{ name: `${others.count} more of the history`, value: others.contribution }]
      : []),
    { name: 'what anyone gets', value: everyone },
    { name: 'else known of the user', value: rest },
  ];
  return <Parts title="Score by history" rows={rows} score={score} />;
}

function ByModality({
  modalities: { average, byName, interactions },
  score,
}: {
  readonly modalities: NonNullable<Reason['modalities']>;
  readonly score: number;
}) {
  const rows: Part[] = [
    ...Object.entries(byName).map(([name, value]) => ({ name: `${name} features`, value })),
    { name: 'interactions alone', value: interactions },
    { name: 'an average item', value: average },
  ];
  return <Parts title="Score by modality" rows={rows} score={score} />;
}

/** A part of a score. */
interface Part {
  readonly name: ComponentChildren;
  readonly value: number;
}

/** Parts of a sum as bars from a common zero. */
function Parts({
  title,
  rows,
  score,
}: {
  readonly title: string;
  readonly rows: readonly Part[];
  readonly score: number;
}) {
  const values = rows.map(({ value }) => value);
  const [least, most] = [Math.min(0, ...values), Math.max(0, ...values)];
  const width = most - least || 1;
  const percent = (value: number) => `${(100 * value) / width}%`;
  return (
    <table class="parts">
      <caption>
        {title} <span class="quiet">sum {formatPart(score)}</span>
      </caption>
      <tbody>
        {rows.map(({ name, value }, at) => (
          <tr key={at}>
            <th scope="row">
              <span class="part-name">{name}</span>
            </th>
            <td class="bar" aria-hidden="true">
              <span
                class={value < 0 ? 'negative' : ''}
                style={{
                  left: percent(Math.min(value, 0) - least),
                  width: percent(Math.abs(value)),
                }}
              />
            </td>
            <td class="number">{formatPart(value)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const formatPart = (value: number) => {
  const text = Math.abs(value).toPrecision(2);
  const plain = Number(text) >= 100 || Math.abs(value) < 1e-3 ? String(Number(text)) : text;
  return value < 0 && Number(text) !== 0 ? `−${plain}` : plain;
};
