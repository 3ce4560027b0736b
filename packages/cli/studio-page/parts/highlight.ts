import { signal } from '@preact/signals';

/** The item that is pointed at: it stands out in every list. */
export const highlighted = signal<string | undefined>(undefined);

/** What makes an element point at an item. */
export const pointAt = (id: string) => ({
  onPointerEnter: () => {
    highlighted.value = id;
  },
  onPointerLeave: () => {
    highlighted.value = undefined;
  },
  onFocusIn: () => {
    highlighted.value = id;
  },
  onFocusOut: () => {
    highlighted.value = undefined;
  },
});
