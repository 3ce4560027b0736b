import { route, setParams } from '../route.js';
import { Segments } from './choice.js';

/** Which of some list lengths the address names; 10 where it names none of them. */
export const chosenLength = <T extends string>(lengths: readonly T[]): T | '10' =>
  lengths.find((length) => length === route.value.params['k']) ?? '10';

/** How long lists are, kept in the address. */
export function ListLength({ lengths }: { readonly lengths: readonly string[] }) {
  return (
    <Segments
      label="List"
      options={lengths.map((length) => [length, `Top ${length}`])}
      value={chosenLength(lengths)}
      onChange={(value) => setParams({ k: value })}
    />
  );
}
