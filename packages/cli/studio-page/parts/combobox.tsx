import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { Icon } from './icon.js';
import { useSearch, type SearchProps } from './use-search.js';

/** A search, and what it looks like. */
export interface ComboboxProps<T> extends SearchProps<T> {
  readonly label: string;
  readonly placeholder: string;
  readonly render: (found: T) => ComponentChildren;
}

/** A search with a list of what it finds, after the combobox pattern of the ARIA authoring practices. */
export function Combobox<T>(props: ComboboxProps<T>) {
  const { label, placeholder, idOf, render } = props;
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const search = useSearch(props);
  const { text, isOpen, found, error, active } = search;
  useEffect(() => {
    box.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [active]);
  return (
    <div
      class="combobox"
      ref={box}
      onFocusOut={({ relatedTarget }) => {
        if (!box.current?.contains(relatedTarget as Node | null)) search.close();
      }}
    >
      <Icon name="search" />
      <input
        type="search"
        role="combobox"
        // Types ask for the id of a native list, which this one has none of.
        list={undefined}
        aria-label={label}
        aria-expanded={isOpen}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={active >= 0 ? `${id}-${active}` : undefined}
        placeholder={placeholder}
        autocomplete="off"
        spellcheck={false}
        value={text}
        onInput={({ currentTarget }) => search.type(currentTarget.value)}
        onClick={search.open}
        onKeyDown={search.onKeyDown}
      />
      <ul
        id={`${id}-list`}
        role="listbox"
        aria-label={label}
        aria-busy={search.isBusy}
        hidden={!isOpen}
      >
        {found?.map((each, at) => (
          <li
            key={idOf(each)}
            id={`${id}-${at}`}
            role="option"
            aria-selected={at === active}
            onPointerDown={(event) => event.preventDefault()}
            onPointerMove={() => search.pointAt(each)}
            onClick={() => search.choose(each)}
          >
            {render(each)}
          </li>
        ))}
        {isOpen && (error !== undefined || found?.length === 0) && (
          <li class="nothing" role="option" aria-disabled="true" aria-selected={false}>
            {error ?? `Nothing has “${text}” in it.`}
          </li>
        )}
      </ul>
    </div>
  );
}
