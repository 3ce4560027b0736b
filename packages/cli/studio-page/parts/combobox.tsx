import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { Icon } from './icon.js';

/** What is searched for, and what happens with it. */
export interface ComboboxProps<T> {
  readonly label: string;
  readonly placeholder: string;
  readonly find: (text: string, signal: AbortSignal) => Promise<readonly T[]>;
  readonly idOf: (found: T) => string;
  readonly render: (found: T) => ComponentChildren;
  readonly onChoose: (found: T) => void;
  /** Enter without a choice; absent: chooses the first. */
  readonly onSubmit?: (text: string) => void;
}

/** Typing waits this long for its next letter, in ms. */
const patience = 120;

/** A search with a list of what it finds, after the combobox pattern of the ARIA authoring practices. */
export function Combobox<T>(props: ComboboxProps<T>) {
  const { label, placeholder, find, idOf, render, onChoose, onSubmit } = props;
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const [text, setText] = useState('');
  const [isOpen, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const { found, error } = useFound(isOpen ? text : undefined, find);

  const close = () => {
    setOpen(false);
    setActive(-1);
  };
  const choose = (each: T) => {
    setText('');
    close();
    onChoose(each);
  };
  const move = (step: number) => {
    setOpen(true);
    const count = found?.length ?? 0;
    if (count > 0)
      setActive((at) => (at < 0 && step < 0 ? count - 1 : (at + step + count) % count));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') move(1);
    else if (event.key === 'ArrowUp') move(-1);
    else if (event.key === 'Escape') {
      close();
      setText('');
    } else if (event.key === 'Enter') {
      const each = found?.[active] ?? (onSubmit ? undefined : found?.[0]);
      if (each !== undefined) choose(each);
      else if (onSubmit) {
        onSubmit(text);
        close();
      }
    } else return;
    event.preventDefault();
  };
  useEffect(() => {
    box.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [active]);

  return (
    <div
      class="combobox"
      ref={box}
      onFocusOut={({ relatedTarget }) => {
        if (!box.current?.contains(relatedTarget as Node | null)) close();
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
        onInput={({ currentTarget }) => {
          setText(currentTarget.value);
          setOpen(true);
          setActive(-1);
        }}
        onClick={() => setOpen(true)}
        onKeyDown={onKeyDown}
      />
      <ul id={`${id}-list`} role="listbox" aria-label={label} hidden={!isOpen}>
        {found?.map((each, at) => (
          <li
            key={idOf(each)}
            id={`${id}-${at}`}
            role="option"
            aria-selected={at === active}
            onPointerDown={(event) => event.preventDefault()}
            onPointerMove={() => setActive(at)}
            onClick={() => choose(each)}
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

/** What a text finds, once nobody has typed for a moment; undefined texts aren't looked for. */
function useFound<T>(text: string | undefined, find: ComboboxProps<T>['find']) {
  const [state, setState] = useState<{ found?: readonly T[]; error?: string }>({});
  useEffect(() => {
    if (text === undefined) return undefined;
    const abort = new AbortController();
    const timer = setTimeout(
      () => {
        find(text, abort.signal).then(
          (found) => setState({ found }),
          (error: unknown) => {
            if (!abort.signal.aborted) setState({ error: (error as Error).message });
          },
        );
      },
      text === '' ? 0 : patience,
    );
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [text]);
  return state;
}
