/** Random numbers by index, without state: the same seed and index give the same number. */

/** FNV-1a hash of a text, as a seed for the functions below. */
export function seedOf(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193) >>> 0;
  return value;
}

/** Uniform in 0…1 for each whole number (an integer hash after Wellons). */
export function uniform(seed: number, index: number): number {
  let value = Math.imul(index ^ seed, 0x7feb352d) ^ Math.imul(Math.floor(index / 0x1_0000_0000) + 1, 0x9e3779b1);
  value = Math.imul(value ^ (value >>> 15), 0x846ca68b);
  value = Math.imul(value ^ (value >>> 13), 0x7feb352d);
  return ((value ^ (value >>> 16)) >>> 0) / 0x1_0000_0000;
}

/** Uniform in -1…1. */
export function noise(seed: number, index: number): number {
  return 2 * uniform(seed, index) - 1;
}

/** Approximately normal with standard deviation 1: the sum of four uniform numbers, so always within ±3.5. */
export function gaussian(seed: number, index: number): number {
  const sum =
    uniform(seed, index) +
    uniform(seed ^ 0x2545f491, index) +
    uniform(seed ^ 0x51ed270b, index) +
    uniform(seed ^ 0x78dde6e4, index);
  return (sum - 2) * Math.sqrt(3);
}

/** Smooth in -1…1: random values at whole numbers with cosine interpolation; standard deviation about 0.5. */
export function smooth(seed: number, x: number): number {
  const left = Math.floor(x);
  const share = (1 - Math.cos(Math.PI * (x - left))) / 2;
  return noise(seed, left) * (1 - share) + noise(seed, left + 1) * share;
}
