/** Which part of a plane a canvas shows. */
export interface Camera {
  /** Enlargement; 1 shows all. */
  readonly zoom: () => number;
  /** Says where all points lie. */
  setBounds(positions: Float32Array): void;
  /** Where a point of the plane stands, in pixels of the element. */
  project(x: number, y: number): readonly [x: number, y: number];
  /** Enlarges around a pixel, the middle by default. */
  zoomAt(factor: number, at?: readonly [x: number, y: number]): void;
  /** Moves what is shown by some pixels. */
  pan(x: number, y: number): void;
  /** Moves what is shown so that a pixel is in view: to the middle, if it is not. */
  reveal(at: readonly [x: number, y: number]): void;
  fit(): void;
}

/** Share of the canvas that all points take. */
const filled = 0.92;
/** Pixels at the edge where something counts as out of view. */
const margin = 30;
const leastZoom = 0.5;
const largestZoom = 60;

/** Shows all points, until it is told otherwise. */
export function createCamera(canvas: HTMLCanvasElement): Camera {
  let view = { x: 0, y: 0, zoom: 1 };
  let bounds = boundsOf(new Float32Array(0));

  const scale = () => {
    const { clientWidth, clientHeight } = canvas;
    const fitting = Math.min(clientWidth / bounds.width, clientHeight / bounds.height);
    return filled * fitting * view.zoom;
  };
  const middle = () => [canvas.clientWidth / 2, canvas.clientHeight / 2] as const;
  const pan = (x: number, y: number) => {
    const s = scale();
    view = { ...view, x: view.x - x / s, y: view.y - y / s };
  };

  return {
    zoom: () => view.zoom,
    setBounds: (positions) => {
      bounds = boundsOf(positions);
    },
    project: (x, y) => {
      const s = scale();
      const [left, top] = middle();
      return [left + (x - bounds.x - view.x) * s, top + (y - bounds.y - view.y) * s];
    },
    zoomAt: (factor, [x, y] = middle()) => {
      const before = scale();
      const zoom = Math.min(largestZoom, Math.max(leastZoom, view.zoom * factor));
      const after = (before / view.zoom) * zoom;
      const shift = 1 / before - 1 / after;
      const [left, top] = middle();
      view = { x: view.x + (x - left) * shift, y: view.y + (y - top) * shift, zoom };
    },
    pan,
    reveal: ([x, y]) => {
      const [left, top] = middle();
      const isIn = Math.abs(x - left) <= left - margin && Math.abs(y - top) <= top - margin;
      if (!isIn) pan(left - x, top - y);
    },
    fit: () => {
      view = { x: 0, y: 0, zoom: 1 };
    },
  };
}

/** Middle, width and height of all points. */
function boundsOf(positions: Float32Array) {
  if (positions.length === 0) return { x: 0, y: 0, width: 1, height: 1 };
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let at = 0; at < positions.length; at += 2) {
    left = Math.min(left, positions[at]!);
    right = Math.max(right, positions[at]!);
    top = Math.min(top, positions[at + 1]!);
    bottom = Math.max(bottom, positions[at + 1]!);
  }
  return {
    x: (left + right) / 2,
    y: (top + bottom) / 2,
    width: right - left || 1,
    height: bottom - top || 1,
  };
}
