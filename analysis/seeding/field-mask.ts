/** Which cells of a grid belong to a field: those within its outline or, if unknown, the seeded ones with gaps closed. */
type Spot = readonly [x: number, y: number];

/** 1 for each cell whose middle lies within the ring (even–odd rule), corners in cells. */
export function within(ring: readonly Spot[], columns: number, rows: number): Uint8Array {
  const mask = new Uint8Array(columns * rows);
  for (let row = 0; row < rows; row++) {
    const crossings = crossingsAt(ring, row + 0.5);
    for (let pair = 0; pair + 1 < crossings.length; pair += 2) {
      const from = Math.max(0, Math.ceil((crossings[pair] ?? 0) - 0.5));
      const to = Math.min(columns, Math.ceil((crossings[pair + 1] ?? 0) - 0.5));
      if (from < to) mask.fill(1, row * columns + from, row * columns + to);
    }
  }
  return mask;
}

export function isWithin(ring: readonly Spot[], [x, y]: Spot): boolean {
  return crossingsAt(ring, y).filter((crossing) => crossing > x).length % 2 === 1;
}

/** Where the ring crosses a row, from left to right. */
function crossingsAt(ring: readonly Spot[], y: number): readonly number[] {
  const crossings: number[] = [];
  for (const [index, [fromX, fromY]] of ring.entries()) {
    const [toX, toY] = ring[(index + 1) % ring.length] ?? [fromX, fromY];
    if (fromY > y !== toY > y) crossings.push(fromX + ((y - fromY) / (toY - fromY)) * (toX - fromX));
  }
  return crossings.sort((one, other) => one - other);
}

/** Dilates and erodes by a distance in cells, which closes gaps narrower than twice that. */
export function closed(passes: Uint8Array, columns: number, rows: number, by: number): Uint8Array {
  const mask = Uint8Array.from(passes, (count) => (count > 0 ? 1 : 0));
  const grown = spread(spread(mask, columns, rows, by, 1, true), columns, rows, by, 1, false);
  return shrunk(grown, columns, rows, by);
}

export function shrunk(mask: Uint8Array, columns: number, rows: number, by: number): Uint8Array {
  return spread(spread(mask, columns, rows, by, 0, true), columns, rows, by, 0, false);
}

/** Sets to `value` whatever lies within `by` cells of it along one axis. */
function spread(mask: Uint8Array, columns: number, rows: number, by: number, value: 0 | 1, isAlongRows: boolean) {
  const out = Uint8Array.from(mask);
  const [lines, length] = isAlongRows ? [rows, columns] : [columns, rows];
  const at = (line: number, index: number) => (isAlongRows ? line * columns + index : index * columns + line);
  for (let line = 0; line < lines; line++) {
    for (const step of [1, -1]) {
      // Nothing is beyond the edge.
      let distance = value === 0 ? 0 : Number.POSITIVE_INFINITY;
      for (let count = 0; count < length; count++) {
        const index = step === 1 ? count : length - 1 - count;
        distance = mask[at(line, index)] === value ? 0 : distance + 1;
        if (distance <= by) out[at(line, index)] = value;
      }
    }
  }
  return out;
}
