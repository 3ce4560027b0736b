/** What fingers and the mouse do; places are pixels of the element. */
export interface Gestures {
  readonly onHover: (place: Place | undefined) => void;
  readonly onClick: (place: Place) => void;
  readonly onZoom: (factor: number, place: Place) => void;
  readonly onDrag: (x: number, y: number) => void;
}

type Place = readonly [x: number, y: number];

/** Pixels that a click may move. */
const stillness = 3;

/** Listens to the mouse, its wheel, and one or two fingers. */
export function listenToGestures(element: HTMLElement, gestures: Gestures): () => void {
  const pointers = new Map<number, Place>();
  let travelled = 0;
  const abort = new AbortController();
  const { signal } = abort;
  const placeOf = ({ clientX, clientY }: MouseEvent): Place => {
    const { left, top } = element.getBoundingClientRect();
    return [clientX - left, clientY - top];
  };
  const spread = () => {
    const [a, b] = [...pointers.values()];
    return a && b ? Math.hypot(a[0] - b[0], a[1] - b[1]) : 0;
  };
  const onDown = (event: PointerEvent) => {
    element.setPointerCapture(event.pointerId);
    if (pointers.size === 0) travelled = 0;
    pointers.set(event.pointerId, placeOf(event));
  };
  const onMove = (event: PointerEvent) => {
    const place = placeOf(event);
    const last = pointers.get(event.pointerId);
    if (!last) {
      gestures.onHover(place);
      return;
    }
    const before = spread();
    pointers.set(event.pointerId, place);
    const [x, y] = [place[0] - last[0], place[1] - last[1]];
    travelled += Math.hypot(x, y);
    if (before > 0) gestures.onZoom(spread() / before, place);
    else if (travelled > stillness) gestures.onDrag(x, y);
  };
  const onUp = (event: PointerEvent) => {
    if (pointers.delete(event.pointerId) && travelled <= stillness)
      gestures.onClick(placeOf(event));
  };
  const onWheel = (event: WheelEvent) => {
    event.preventDefault();
    const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 20 : 1;
    gestures.onZoom(Math.exp(-0.0018 * pixels * event.deltaY), placeOf(event));
  };
  element.addEventListener('pointerdown', onDown, { signal });
  element.addEventListener('pointermove', onMove, { signal });
  element.addEventListener('pointerup', onUp, { signal });
  element.addEventListener('pointercancel', (event) => void pointers.delete(event.pointerId), {
    signal,
  });
  element.addEventListener('pointerleave', () => gestures.onHover(undefined), { signal });
  element.addEventListener('wheel', onWheel, { signal, passive: false });
  return () => abort.abort();
}
