import { property } from '../../plot-page/style-property.js';
import type { ItemColours } from './colours.js';

/** What stands out on a map. */
export interface Marks {
  readonly selected: number | undefined;
  /** Items that the user had, that a run recommends, and those of the latter that the user took. */
  readonly history: readonly number[];
  readonly recommended: readonly number[];
  readonly hits: readonly number[];
  /** Position of the only colour that isn't faint. */
  readonly only: number | undefined;
}

/** What a scatter plot tells. */
export interface ScatterEvents {
  readonly onHover: (item: number | undefined, at: readonly [x: number, y: number]) => void;
  readonly onSelect: (item: number | undefined) => void;
}

/** Points on a canvas, which can be moved and enlarged. */
export interface Scatter {
  /** Moves the points there, gradually unless `jump` is set. */
  setPositions(positions: Float32Array, jump?: boolean): void;
  setColours(colours: ItemColours): void;
  setMarks(marks: Marks): void;
  zoomBy(factor: number): void;
  fit(): void;
  /** Moves the view so that an item is in it. */
  reveal(item: number): void;
  /** The nearest item in a direction, or the one in the middle where none is given to start from. */
  neighborTo(
    item: number | undefined,
    direction: readonly [x: number, y: number],
  ): number | undefined;
  /** Where an item stands, in pixels of the canvas. */
  placeOf(item: number): readonly [x: number, y: number];
  dispose(): void;
}

/** Pixels around a point where the mouse finds it. */
const reach = 10;
const moveTime = 500;
const largestZoom = 60;
const noMarks: Marks = {
  selected: undefined,
  history: [],
  recommended: [],
  hits: [],
  only: undefined,
};

/** Draws on a canvas, as large as its element. */
export function createScatter(canvas: HTMLCanvasElement, events: ScatterEvents): Scatter {
  const context = canvas.getContext('2d')!;
  let positions = new Float32Array(0);
  let colours: ItemColours | undefined;
  let marks = noMarks;
  let camera = { x: 0, y: 0, zoom: 1 };
  /** Middle, half-width and half-height of all points. */
  let bounds = boundsOf(positions);
  let frame = 0;
  let movement: { from: Float32Array; to: Float32Array; start: number } | undefined;

  const scale = () => {
    const { clientWidth, clientHeight } = canvas;
    const fitting = Math.min(clientWidth / bounds.width, clientHeight / bounds.height);
    return 0.46 * fitting * camera.zoom;
  };
  const placeOf = (item: number): readonly [number, number] => {
    const s = scale();
    return [
      canvas.clientWidth / 2 + (positions[2 * item]! - bounds.x - camera.x) * s,
      canvas.clientHeight / 2 + (positions[2 * item + 1]! - bounds.y - camera.y) * s,
    ];
  };
  const redraw = () => {
    frame ||= requestAnimationFrame(draw);
  };

  function draw(now: number): void {
    frame = 0;
    advance(now);
    const ratio = devicePixelRatio;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    if (
      canvas.width !== Math.round(width * ratio) ||
      canvas.height !== Math.round(height * ratio)
    ) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    if (colours) drawPoints(colours);
    drawMarks();
    if (movement) redraw();
  }

  function advance(now: number): void {
    if (!movement) return;
    const { from, to, start } = movement;
    const share = Math.min(1, Math.max(0, (now - start) / moveTime));
    const eased = 1 - (1 - share) ** 3;
    positions = from.map((value, at) => value + eased * (to[at]! - value));
    bounds = boundsOf(positions);
    if (share === 1) movement = undefined;
  }

  function drawPoints({ palette, codes }: ItemColours): void {
    const radius = pointRadius();
    const sprites = palette.map((colour) => sprite(colour, radius));
    const isFaint = marks.history.length > 0 || marks.recommended.length > 0;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    // The one colour that is asked for lies on top.
    for (const top of [false, true]) {
      if (top && marks.only === undefined) break;
      for (let item = 0; item < codes.length; item++) {
        const isOnly = marks.only === undefined || codes[item] === marks.only;
        if (marks.only !== undefined && isOnly !== top) continue;
        const [x, y] = placeOf(item);
        if (x < -radius || y < -radius || x > width + radius || y > height + radius) continue;
        context.globalAlpha = !isOnly ? 0.1 : isFaint ? 0.3 : 0.85;
        const { image, size } = sprites[codes[item]!]!;
        context.drawImage(image, x - size / 2, y - size / 2, size, size);
      }
    }
    context.globalAlpha = 1;
  }

  function pointRadius(): number {
    const base = Math.min(5, Math.max(1.6, 130 / Math.sqrt(positions.length / 2)));
    return base * Math.min(2.2, camera.zoom ** 0.35);
  }

  function drawMarks(): void {
    const [text, surface, accent] = ['--text', '--surface', '--accent'].map(property) as [
      string,
      string,
      string,
    ];
    const radius = pointRadius() + 2.5;
    const ring = (item: number, style: { size: number; fill?: string; stroke: string }) => {
      const [x, y] = placeOf(item);
      context.beginPath();
      context.arc(x, y, style.size, 0, 2 * Math.PI);
      context.lineWidth = 2;
      if (style.fill !== undefined) {
        context.fillStyle = style.fill;
        context.fill();
      }
      context.strokeStyle = style.stroke;
      context.stroke();
    };
    for (const item of marks.history) ring(item, { size: radius, fill: surface, stroke: text });
    for (const item of marks.recommended)
      ring(item, { size: radius + 1, fill: accent, stroke: surface });
    for (const item of marks.hits) {
      ring(item, { size: radius + 2, fill: property('--good'), stroke: surface });
    }
    if (marks.selected !== undefined) {
      ring(marks.selected, { size: radius + 3, stroke: surface });
      ring(marks.selected, { size: radius + 5, stroke: text });
    }
  }

  function itemAt(x: number, y: number): number | undefined {
    let nearest: number | undefined;
    let least = reach ** 2;
    for (let item = 0; item < positions.length / 2; item++) {
      const [px, py] = placeOf(item);
      const distance = (px - x) ** 2 + (py - y) ** 2;
      if (distance <= least) [nearest, least] = [item, distance];
    }
    return nearest;
  }

  function zoomAt(factor: number, x = canvas.clientWidth / 2, y = canvas.clientHeight / 2): void {
    const before = scale();
    const zoom = Math.min(largestZoom, Math.max(0.5, camera.zoom * factor));
    const after = (before / camera.zoom) * zoom;
    const shift = 1 / before - 1 / after;
    camera = {
      x: camera.x + (x - canvas.clientWidth / 2) * shift,
      y: camera.y + (y - canvas.clientHeight / 2) * shift,
      zoom,
    };
    redraw();
  }

  function pan(x: number, y: number): void {
    const s = scale();
    camera = { ...camera, x: camera.x - x / s, y: camera.y - y / s };
    redraw();
  }

  const stopListening = listen(canvas, { itemAt, zoomAt, pan, events });
  const observer = new ResizeObserver(redraw);
  observer.observe(canvas);

  return {
    setPositions: (next, jump = false) => {
      const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
      if (jump || still || positions.length !== next.length) {
        positions = next.slice();
        bounds = boundsOf(positions);
        movement = undefined;
      } else {
        movement = { from: positions, to: next, start: performance.now() };
      }
      redraw();
    },
    setColours: (next) => {
      colours = next;
      redraw();
    },
    setMarks: (next) => {
      marks = next;
      redraw();
    },
    zoomBy: (factor) => zoomAt(factor),
    fit: () => {
      camera = { x: 0, y: 0, zoom: 1 };
      redraw();
    },
    reveal: (item) => {
      const [x, y] = placeOf(item);
      const [width, height] = [canvas.clientWidth, canvas.clientHeight];
      const margin = 30;
      if (x < margin || y < margin || x > width - margin || y > height - margin)
        pan(width / 2 - x, height / 2 - y);
    },
    neighborTo: (item, [dx, dy]) => {
      if (item === undefined) return nearestToMiddle();
      const [x, y] = placeOf(item);
      let best: number | undefined;
      let least = Infinity;
      for (let other = 0; other < positions.length / 2; other++) {
        if (other === item) continue;
        const [px, py] = placeOf(other);
        const along = (px - x) * dx + (py - y) * dy;
        const across = Math.abs((px - x) * dy - (py - y) * dx);
        // Only what lies rather in this direction than beside it.
        if (along <= 0 || across > along) continue;
        const cost = along + 2 * across;
        if (cost < least) [best, least] = [other, cost];
      }
      return best;
    },
    placeOf,
    dispose: () => {
      stopListening();
      observer.disconnect();
      cancelAnimationFrame(frame);
    },
  };

  function nearestToMiddle(): number | undefined {
    let best: number | undefined;
    let least = Infinity;
    for (let item = 0; item < positions.length / 2; item++) {
      const [x, y] = placeOf(item);
      const distance = (x - canvas.clientWidth / 2) ** 2 + (y - canvas.clientHeight / 2) ** 2;
      if (distance < least) [best, least] = [item, distance];
    }
    return best;
  }
}

/** A point drawn once, to be drawn many times. */
function sprite(colour: string, radius: number) {
  const size = 2 * Math.ceil(radius + 1);
  const image = new OffscreenCanvas(size * devicePixelRatio, size * devicePixelRatio);
  const context = image.getContext('2d')!;
  context.scale(devicePixelRatio, devicePixelRatio);
  context.beginPath();
  context.arc(size / 2, size / 2, radius, 0, 2 * Math.PI);
  context.fillStyle = colour;
  context.fill();
  return { image, size };
}

function boundsOf(positions: Float32Array) {
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let at = 0; at < positions.length; at += 2) {
    left = Math.min(left, positions[at]!);
    right = Math.max(right, positions[at]!);
    top = Math.min(top, positions[at + 1]!);
    bottom = Math.max(bottom, positions[at + 1]!);
  }
  if (positions.length === 0) return { x: 0, y: 0, width: 1, height: 1 };
  return {
    x: (left + right) / 2,
    y: (top + bottom) / 2,
    width: (right - left) / 2 || 1,
    height: (bottom - top) / 2 || 1,
  };
}

interface Gestures {
  itemAt(x: number, y: number): number | undefined;
  zoomAt(factor: number, x?: number, y?: number): void;
  pan(x: number, y: number): void;
  readonly events: ScatterEvents;
}

/** Moves by dragging, enlarges by the wheel or two fingers, selects by a click. */
function listen(canvas: HTMLCanvasElement, { itemAt, zoomAt, pan, events }: Gestures): () => void {
  const pointers = new Map<number, { x: number; y: number }>();
  let travelled = 0;
  const place = ({ clientX, clientY }: { clientX: number; clientY: number }) => {
    const { left, top } = canvas.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  };
  const spread = () => {
    const [a, b] = [...pointers.values()];
    return a && b ? Math.hypot(a.x - b.x, a.y - b.y) : 0;
  };
  const onDown = (event: PointerEvent) => {
    canvas.setPointerCapture(event.pointerId);
    if (pointers.size === 0) travelled = 0;
    pointers.set(event.pointerId, place(event));
  };
  const onMove = (event: PointerEvent) => {
    const { x, y } = place(event);
    const last = pointers.get(event.pointerId);
    if (!last) {
      events.onHover(itemAt(x, y), [x, y]);
      return;
    }
    const before = spread();
    pointers.set(event.pointerId, { x, y });
    travelled += Math.hypot(x - last.x, y - last.y);
    if (pointers.size === 2 && before > 0) zoomAt(spread() / before, x, y);
    else if (travelled > 3) pan(x - last.x, y - last.y);
  };
  const onUp = (event: PointerEvent) => {
    const { x, y } = place(event);
    if (pointers.delete(event.pointerId) && travelled <= 3) events.onSelect(itemAt(x, y));
  };
  const onCancel = ({ pointerId }: PointerEvent) => void pointers.delete(pointerId);
  const onLeave = () => events.onHover(undefined, [0, 0]);
  const onWheel = (event: WheelEvent) => {
    event.preventDefault();
    const { x, y } = place(event);
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 20 : 1;
    zoomAt(Math.exp(-0.0018 * lines * event.deltaY), x, y);
  };
  const abort = new AbortController();
  const { signal } = abort;
  canvas.addEventListener('pointerdown', onDown, { signal });
  canvas.addEventListener('pointermove', onMove, { signal });
  canvas.addEventListener('pointerup', onUp, { signal });
  canvas.addEventListener('pointercancel', onCancel, { signal });
  canvas.addEventListener('pointerleave', onLeave, { signal });
  canvas.addEventListener('wheel', onWheel, { signal, passive: false });
  return () => abort.abort();
}
