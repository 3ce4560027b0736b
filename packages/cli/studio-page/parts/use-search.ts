import type { TargetedKeyboardEvent } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/** What is searched for, and what happens with it. */
export interface SearchProps<T> {
  readonly find: (text: string, signal?: AbortSignal) => Promise<readonly T[]>;
  readonly idOf: (found: T) => string;
  readonly onChoose: (found: T) => void;
  /** Enter without a choice; absent: chooses the first. */
  readonly onSubmit?: (text: string) => void;
}

/** Typing waits this long for its next letter, in ms. */
const patience = 120;

/** A text that is typed, what it finds, and the choice among that by keyboard and mouse. */
export function useSearch<T>({ find, idOf, onChoose, onSubmit }: SearchProps<T>) {
  const [text, setText] = useState('');
  const [isOpen, setOpen] = useState(false);
  // Not its place: that changes while someone types.
  const [activeId, setActiveId] = useState<string>();
  const { found, error, isCurrent } = useFound(isOpen ? text : undefined, find);
  const active = found?.findIndex((each) => idOf(each) === activeId) ?? -1;

  const close = () => {
    setOpen(false);
    setActiveId(undefined);
  };
  const choose = (each: T) => {
    setText('');
    close();
    onChoose(each);
  };
  const move = (step: number) => {
    setOpen(true);
    if (!found?.length) return;
    const from = active < 0 && step < 0 ? 0 : active;
    setActiveId(idOf(found[(from + step + found.length) % found.length]!));
  };
  const submit = async (input: HTMLInputElement) => {
    const each = found?.[active];
    if (each !== undefined) choose(each);
    else if (onSubmit) {
      onSubmit(text);
      close();
    } else if (text !== '') {
      // What an earlier text found isn't what was asked for, nor what this one finds once another is typed.
      const all = isCurrent ? found : await find(text).catch(() => undefined);
      if (all?.[0] !== undefined && input.value === text) choose(all[0]);
    }
  };
  return {
    ...{ text, isOpen, found, error, active, close, choose },
    /** What is shown is what an earlier text found. */
    isBusy: isOpen && !isCurrent,
    open: () => setOpen(true),
    pointAt: (each: T) => setActiveId(idOf(each)),
    type: (typed: string) => {
      setText(typed);
      setOpen(true);
      setActiveId(undefined);
    },
    onKeyDown: (event: TargetedKeyboardEvent<HTMLInputElement>) => {
      if (event.key === 'ArrowDown') move(1);
      else if (event.key === 'ArrowUp') move(-1);
      else if (event.key === 'Escape') {
        close();
        setText('');
      } else if (event.key === 'Enter') void submit(event.currentTarget);
      else return;
      event.preventDefault();
    },
  };
}

/**
 * What a text finds, once nobody has typed for a moment; undefined texts aren't looked for. Until then what the text
 * before it found stays, and isn't current.
 */
function useFound<T>(text: string | undefined, find: SearchProps<T>['find']) {
  const [state, setState] = useState<{ text?: string; found?: readonly T[]; error?: string }>({});
  useEffect(() => {
    if (text === undefined) return undefined;
    const abort = new AbortController();
    const timer = setTimeout(
      () => {
        find(text, abort.signal).then(
          (found) => setState({ text, found }),
          (error: unknown) => {
            if (!abort.signal.aborted) setState({ text, error: (error as Error).message });
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
  return { ...state, isCurrent: state.text === text };
}
