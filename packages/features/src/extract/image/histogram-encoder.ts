import type { ContentEncoder } from '../content-encoder.js';
import { imageDecoder, type Pixels } from './decode-image.js';

/** Longest side of the pictures that are counted. */
const longestSide = 64;
/** Levels of red, of green and of blue. */
const levels = 4;
/** Cells of a side, and directions of edges in each. */
const [cells, directions] = [4, 8];
const colorBins = levels ** 3;
const columns = 2 * colorBins + cells * cells * directions;

/**
 * Colour and edge histograms, by no model at all: what a picture is coloured like, as a whole and in its middle, and
 * which way its edges run where.
 *
 * Three histograms side by side: colours of all pixels (4 × 4 × 4 levels of red, green and blue, a pixel shared
 * between the nearest levels), colours of the middle ninth of the area's side lengths (`[1/3, 2/3]` of each), and
 * edges (8 directions in each of 4 × 4 cells, weighted by the gradient's length). Each is replaced by the square
 * roots of its shares, so that inner products are Bhattacharyya coefficients; the whole has length 1.
 *
 * @returns An encoder of 256 columns.
 * @throws {MissingPackageError} If the package `sharp` is not installed.
 * @see Dalal and Triggs, Histograms of Oriented Gradients for Human Detection, CVPR 2005.
 */
export async function histogramEncoder(): Promise<ContentEncoder<Pixels>> {
  const { decode, software } = await imageDecoder(longestSide);
  return {
    identity: {
      encoder: 'histogram',
      software,
      files: {},
      preprocessing: `on white, longest side at most ${longestSide}; colours of the whole and of the middle, edges in 4 × 4 cells, version 1`,
    },
    columns,
    batchSize: 64,
    prepare: decode,
    encode: (pictures) => {
      const out = new Float32Array(pictures.length * columns);
      pictures.forEach((pixels, at) => out.set(pictureHistograms(pixels), at * columns));
      return Promise.resolve(out);
    },
    dispose: () => Promise.resolve(),
  };
}

/** The histograms of one picture, `[256]`. */
function pictureHistograms(pixels: Pixels): Float32Array {
  const { width, height } = pixels;
  const whole = { left: 0, right: width, top: 0, bottom: height };
  const middle = {
    left: Math.floor(width / 3),
    right: Math.ceil((2 * width) / 3),
    top: Math.floor(height / 3),
    bottom: Math.ceil((2 * height) / 3),
  };
  const parts = [countColors(pixels, whole), countColors(pixels, middle), countEdges(pixels)];
  const shares = parts.flatMap((part) => {
    const sum = part.reduce((total, value) => total + value, 0);
    return [...part].map((value) => (sum > 0 ? Math.sqrt(value / sum) : 0));
  });
  const norm = Math.hypot(...shares);
  return Float32Array.from(shares, (value) => value / norm);
}

interface Area {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

function countColors({ width, data }: Pixels, { left, right, top, bottom }: Area): Float64Array {
  const counts = new Float64Array(colorBins);
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) addColor(counts, data, 3 * (y * width + x));
  }
  return counts;
}

/** Shares a pixel between the eight nearest bins, so that a slightly other colour is a slightly other histogram. */
function addColor(counts: Float64Array, data: Uint8Array, at: number): void {
  const [lower, upper] = [
    [0, 0, 0],
    [0, 0, 0],
  ];
  const shares = [0, 0, 0];
  for (let channel = 0; channel < 3; channel++) {
    const level = (data[at + channel]! / 255) * (levels - 1);
    lower[channel] = Math.floor(level);
    upper[channel] = Math.min(levels - 1, lower[channel]! + 1);
    shares[channel] = level - lower[channel]!;
  }
  for (let corner = 0; corner < 8; corner++) {
    let [bin, weight] = [0, 1];
    for (let channel = 0; channel < 3; channel++) {
      const isUpper = (corner >> channel) & 1;
      bin = bin * levels + (isUpper ? upper : lower)[channel]!;
      weight *= isUpper ? shares[channel]! : 1 - shares[channel]!;
    }
    counts[bin]! += weight;
  }
}

/** Lengths of brightness gradients by cell and direction; opposite directions are one. */
function countEdges({ width, height, data }: Pixels): Float64Array {
  const counts = new Float64Array(cells * cells * directions);
  const brightness = (x: number, y: number) => {
    const at = 3 * (y * width + x);
    return 0.299 * data[at]! + 0.587 * data[at + 1]! + 0.114 * data[at + 2]!;
  };
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const across = brightness(x + 1, y) - brightness(x - 1, y);
      const down = brightness(x, y + 1) - brightness(x, y - 1);
      const cell = Math.floor((y * cells) / height) * cells + Math.floor((x * cells) / width);
      const turn = ((Math.atan2(down, across) / Math.PI + 1) * directions) % directions;
      const [first, share] = [Math.floor(turn), turn - Math.floor(turn)];
      const length = Math.hypot(across, down);
      counts[cell * directions + first]! += length * (1 - share);
      counts[cell * directions + ((first + 1) % directions)]! += length * share;
    }
  }
  return counts;
}
