import type { RandomStream } from '@mmrec/core';

/** What a picture shows. */
export interface Appearance {
  /** Outline of the object, by category, `0 … 11`. */
  readonly shape: number;
  /** Background and its pattern, by style, `0 … 7`. */
  readonly style: number;
  /** Fill of the object, a position in {@link colors}. */
  readonly color: number;
}

/** Colours of objects, as texts name them and pictures show them. */
export const colors: readonly { readonly name: string; readonly hex: string }[] = [
  { name: 'red', hex: '#c8322b' },
  { name: 'orange', hex: '#e8842c' },
  { name: 'yellow', hex: '#f0cf3a' },
  { name: 'green', hex: '#3f9a4b' },
  { name: 'teal', hex: '#1f8a8c' },
  { name: 'blue', hex: '#2f5fc4' },
  { name: 'purple', hex: '#7d3fa8' },
  { name: 'pink', hex: '#e77fae' },
];

/** Pixels of a picture's side. */
export const pictureSize = 64;

/** Outlines around the origin, about 36 wide. */
const shapes: readonly string[] = [
  '<circle r="18"/>',
  '<rect x="-16" y="-16" width="32" height="32"/>',
  '<polygon points="0,-19 19,16 -19,16"/>',
  '<polygon points="0,-21 21,0 0,21 -21,0"/>',
  '<polygon points="-10,-18 10,-18 20,0 10,18 -10,18 -20,0"/>',
  '<polygon points="0,-21 6,-7 20,-6 9,4 13,18 0,10 -13,18 -9,4 -20,-6 -6,-7"/>',
  '<path d="M-7-20h14v13h13v14h-13v13h-14v-13h-13v-14h13z"/>',
  '<path fill-rule="evenodd" d="M0-20a20 20 0 1 0 .1 0zM0-9a9 9 0 1 1-.1 0z"/>',
  '<ellipse rx="23" ry="11"/>',
  '<rect x="-8" y="-22" width="16" height="44"/>',
  '<path d="M-20 10a20 20 0 0 1 40 0z"/>',
  '<polygon points="0,19 19,-16 -19,-16"/>',
];

/** Backgrounds with their patterns, drawn on a tile that repeats. */
const backgrounds: readonly {
  readonly hex: string;
  readonly ink: string;
  readonly tile: string;
}[] = [
  { hex: '#f1efe9', ink: '#f1efe9', tile: '' },
  { hex: '#8d8f92', ink: '#5d5f63', tile: '<path d="M0 2h8" stroke-width="4"/>' },
  { hex: '#b99b76', ink: '#86694a', tile: '<path d="M2 0v8" stroke-width="4"/>' },
  {
    hex: '#2b2b38',
    ink: '#c9a94f',
    tile: '<path d="M-2 2l4-4M0 8l8-8M6 10l4-4" stroke-width="2"/>',
  },
  { hex: '#d8d3c4', ink: '#3c3a36', tile: '<circle cx="4" cy="4" r="1.6"/>' },
  { hex: '#bcdcea', ink: '#5a9fc0', tile: '<path d="M0 0h4v4h-4zM4 4h4v4h-4z" stroke="none"/>' },
  { hex: '#6b2f4f', ink: '#e0a33c', tile: '<path d="M0 0h8M0 0v8" stroke-width="2.4"/>' },
  { hex: '#d9b48a', ink: '#a4562f', tile: '<path d="M0 6l4-4 4 4" fill="none" stroke-width="2"/>' },
];

/**
 * An SVG picture of an item: an object of one colour on a patterned ground. Place, size and turn of the object and
 * the pattern's phase vary from picture to picture.
 */
export function drawPicture({ shape, style, color }: Appearance, stream: RandomStream): string {
  const around = (middle: number, spread: number) =>
    (middle + spread * (2 * stream.uniform() - 1)).toFixed(2);
  const { hex, ink, tile } = backgrounds[style]!;
  const [x, y, size] = [around(32, 4), around(32, 4), around(1, 0.12)];
  const [phaseX, phaseY, turn] = [stream.integer(8), stream.integer(8), around(0, 8)];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${pictureSize}" height="${pictureSize}">`,
    `<defs><pattern id="p" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="translate(${phaseX} ${phaseY})">`,
    `<rect width="8" height="8" fill="${hex}"/><g fill="${ink}" stroke="${ink}">${tile}</g></pattern></defs>`,
    `<rect width="100%" height="100%" fill="url(#p)"/>`,
    `<g transform="translate(${x} ${y}) rotate(${turn}) scale(${size})" fill="${colors[color]!.hex}" stroke="#222" stroke-width="1">`,
    `${shapes[shape]!}</g></svg>`,
  ].join('');
}
