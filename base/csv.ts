/** Writes CSV (RFC 4180) that a spreadsheet can open without running anything in it. */

export type Cell = string | number;

export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(escaped).join(',')}\r\n`;
}

/** Puts an apostrophe before text that a spreadsheet would take for a formula (CWE-1236). Numbers, negative ones included, stay numbers. */
function escaped(value: Cell): string {
  if (typeof value === 'number') return String(value);
  const safe = /^[=+\-@\t\r\n\0]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
