/** Remainders of all bytes by the polynomial of Castagnoli, bits reversed. */
const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) {
    remainder = remainder & 1 ? (remainder >>> 1) ^ 0x82f63b78 : remainder >>> 1;
  }
  return remainder;
});

/**
 * The CRC-32C checksum (Castagnoli) of some bytes.
 *
 * @see RFC 3720, appendix B.4.
 * @example
 * ```ts
 * crc32c(new TextEncoder().encode('123456789')).toString(16) // => 'e3069283'
 * ```
 */
export function crc32c(bytes: Uint8Array): number {
  let remainder = 0xffffffff;
  for (const byte of bytes) remainder = table[(remainder ^ byte) & 255]! ^ (remainder >>> 8);
  return ~remainder >>> 0;
}
