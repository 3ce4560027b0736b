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

/** A canvas to draw on, and how. */
export interface Drawing {
  readonly canvas: HTMLCanvasElement;
  /** Where an item stands, in pixels of the canvas' element. */
  placeOf(item: number): readonly [x: number, y: number];
  /** Of a point, in pixels. */
  readonly radius: number;
  readonly marks: Marks;
}

/** Makes the canvas as fine as the screen, and empty. */
export function clearCanvas(canvas: HTMLCanvasElement): void {
  const context = canvas.getContext('2d')!;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  const wanted = [Math.round(width * devicePixelRatio), Math.round(height * devicePixelRatio)];
  if (canvas.width !== wanted[0] || canvas.height !== wanted[1])
    [canvas.width, canvas.height] = wanted as [number, number];
  context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
  context.clearRect(0, 0, width, height);
}

/** Draws all items; those of another than the only colour are faint, and below. */
export function drawPoints(drawing: Drawing, { palette, codes }: ItemColours): void {
  const { canvas, placeOf, radius, marks } = drawing;
  const context = canvas.getContext('2d')!;
  const sprites = palette.map((colour) => sprite(colour, radius));
  const isBackground = marks.history.length > 0 || marks.recommended.length > 0;
  const [right, bottom] = [canvas.clientWidth + radius, canvas.clientHeight + radius];
  const isOnly = (item: number) => marks.only === undefined || codes[item] === marks.only;
  const draw = (item: number) => {
    const [x, y] = placeOf(item);
    if (x < -radius || y < -radius || x > right || y > bottom) return;
    context.globalAlpha = isOnly(item) ? (isBackground ? 0.3 : 0.85) : 0.1;
    const { image, size } = sprites[codes[item]!]!;
    context.drawImage(image, x - size / 2, y - size / 2, size, size);
  };
  for (let item = 0; item < codes.length; item++) if (!isOnly(item)) draw(item);
  for (let item = 0; item < codes.length; item++) if (isOnly(item)) draw(item);
  context.globalAlpha = 1;
}

/** Draws what stands out, over the points. */
export function drawMarks({ canvas, placeOf, radius, marks }: Drawing): void {
  const context = canvas.getContext('2d')!;
  const [text, surface] = [property('--text'), property('--surface')];
  const ring = (item: number, style: { size: number; fill?: string; stroke: string }) => {
    const [x, y] = placeOf(item);
    context.beginPath();
    context.arc(x, y, radius + style.size, 0, 2 * Math.PI);
    if (style.fill !== undefined) {
      context.fillStyle = style.fill;
      context.fill();
    }
    context.lineWidth = 2;
    context.strokeStyle = style.stroke;
    context.stroke();
  };
  for (const item of marks.history) ring(item, { size: 2.5, fill: surface, stroke: text });
  for (const item of marks.recommended)
    ring(item, { size: 3.5, fill: property('--accent'), stroke: surface });
  for (const item of marks.hits)
    ring(item, { size: 4.5, fill: property('--good'), stroke: surface });
  if (marks.selected === undefined) return;
  ring(marks.selected, { size: 5.5, stroke: surface });
  ring(marks.selected, { size: 7.5, stroke: text });
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
