let values: Float32Array | undefined;

/** Values of all 65,536 half-precision bit patterns, made at first use. */
export function float16Values(): Float32Array {
  if (values) return values;
  const table = new Float32Array(0x10000);
  for (let bits = 0; bits < 0x10000; bits++) {
    const exponent = (bits >>> 10) & 0x1f;
    const fraction = bits & 0x3ff;
    const magnitude =
      exponent === 0
        ? fraction * 2 ** -24
        : exponent < 0x1f
          ? (1 + fraction / 1024) * 2 ** (exponent - 15)
          : fraction
            ? NaN
            : Infinity;
    table[bits] = bits & 0x8000 ? -magnitude : magnitude;
  }
  return (values = table);
}

/** The largest finite half-precision number. */
export const float16Max = 65504;

/**
 * Half-precision bit patterns of numbers, rounded to the nearest, ties to even, as IEEE 754 says. Numbers that
 * round beyond 65,504 become infinite.
 */
export function toFloat16(numbers: Float32Array): Uint16Array {
  const bits = new Uint32Array(numbers.buffer, numbers.byteOffset, numbers.length);
  const halves = new Uint16Array(numbers.length);
  for (let at = 0; at < halves.length; at++) halves[at] = halfOf(bits[at]!);
  return halves;
}

/** The half-precision pattern of a single-precision one. */
function halfOf(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const exponent = (bits >>> 23) & 0xff;
  const fraction = bits & 0x7fffff;
  if (exponent === 0xff) return sign | 0x7c00 | (fraction ? 0x200 : 0);
  const power = exponent - 127;
  if (power >= 16) return sign | 0x7c00;
  // A carry out of the fraction runs into the exponent, which is what rounding up means.
  if (power >= -14) return sign | (((power + 15) << 10) + roundShift(fraction, 13));
  if (power < -25) return sign;
  return sign | roundShift(fraction | 0x800000, -1 - power);
}

/** An integer shifted right, rounded to the nearest, ties to even. */
function roundShift(value: number, places: number): number {
  const kept = value >>> places;
  const rest = value - kept * 2 ** places;
  const half = 2 ** (places - 1);
  return kept + Number(rest > half || (rest === half && (kept & 1) === 1));
}
