import { createCamera } from './camera.js';
import type { ItemColours } from './colours.js';
import { clearCanvas, drawMarks, drawPoints, type Marks } from './draw-map.js';
import { pointAt, pointTowards } from './find-point.js';
import { listenToGestures } from './gestures.js';

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
  /** The nearest item in a direction, or that in the middle where none is given to start from. */
  neighborTo(
    item: number | undefined,
    direction: readonly [x: number, y: number],
  ): number | undefined;
  dispose(): void;
}

/** Pixels around a point where the mouse finds it. */
const reach = 10;
/** Milliseconds that points take to another place. */
const moveTime = 500;
/** Draws on a canvas, as large as its element. */
export function createScatter(canvas: HTMLCanvasElement, events: ScatterEvents): Scatter {
  const camera = createCamera(canvas);
  let positions = new Float32Array(0);
  let movement: { from: Float32Array; to: Float32Array; start: number } | undefined;
  let colours: ItemColours | undefined;
  let marks: Marks = {
    selected: undefined,
    history: [],
    recommended: [],
    hits: [],
    only: undefined,
  };
  let frame = 0;

  const placeOf = (item: number) => camera.project(positions[2 * item]!, positions[2 * item + 1]!);
  const points = () => ({ count: positions.length / 2, placeOf });
  const redraw = () => {
    frame ||= requestAnimationFrame(draw);
  };

  function draw(now: number): void {
    frame = 0;
    if (movement) advance(movement, now);
    clearCanvas(canvas);
    const drawing = {
      canvas,
      placeOf,
      marks,
      radius: radiusOf(positions.length / 2, camera.zoom()),
    };
    // Colours and positions may be of different items for a moment.
    if (colours?.codes.length === positions.length / 2) {
      drawPoints(drawing, colours);
      drawMarks(drawing);
    }
    if (movement) redraw();
  }

  function advance({ from, to, start }: NonNullable<typeof movement>, now: number): void {
    const share = Math.min(1, Math.max(0, (now - start) / moveTime));
    const eased = 1 - (1 - share) ** 3;
    positions = from.map((value, at) => value + eased * (to[at]! - value));
    camera.setBounds(positions);
    if (share === 1) movement = undefined;
  }

  const stopListening = listenToGestures(canvas, {
    onHover: (at) => events.onHover(at && pointAt(points(), at, reach), at ?? [0, 0]),
    onClick: (at) => events.onSelect(pointAt(points(), at, reach)),
    onZoom: (factor, at) => {
      camera.zoomAt(factor, at);
      redraw();
    },
    onDrag: (x, y) => {
      camera.pan(x, y);
      redraw();
    },
  });
  const observer = new ResizeObserver(redraw);
  observer.observe(canvas);

  return {
    setPositions: (next, jump = false) => {
      const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches;
      if (jump || isStill || positions.length !== next.length) {
        positions = next.slice();
        movement = undefined;
        camera.setBounds(positions);
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
    zoomBy: (factor) => {
      camera.zoomAt(factor);
      redraw();
    },
    fit: () => {
      camera.fit();
      redraw();
    },
    reveal: (item) => {
      camera.reveal(placeOf(item));
      redraw();
    },
    neighborTo: (item, direction) =>
      item === undefined
        ? pointAt(points(), [canvas.clientWidth / 2, canvas.clientHeight / 2])
        : pointTowards(points(), item, direction),
    dispose: () => {
      stopListening();
      observer.disconnect();
      cancelAnimationFrame(frame);
    },
  };
}

/** Pixels of a point: smaller where there are many, larger where one looks closely. */
function radiusOf(count: number, zoom: number): number {
  const base = Math.min(5, Math.max(1.6, 130 / Math.sqrt(count || 1)));
  return base * Math.min(2.2, zoom ** 0.35);
}
