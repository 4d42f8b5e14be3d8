/**
 * The Internet checksum (RFC 1071): the one's complement of the one's complement sum of all
 * 16-bit words.
 *
 * @param parts byte arrays, summed as if each began on an even offset and had an even length (an
 *   odd one is padded with a zero byte).
 * @returns the checksum, 0 to 0xffff, in host order; 0 over data that includes a right checksum.
 */
export function internetChecksum(...parts: readonly Uint8Array[]): number {
  let sum = 0;
  for (const part of parts) {
    const even = part.length & ~1;
    for (let i = 0; i < even; i += 2) sum += ((part[i] as number) << 8) | (part[i + 1] as number);
    if (part.length > even) sum += (part[even] as number) << 8;
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return ~sum & 0xffff;
}
