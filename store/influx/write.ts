/** Writes points; finds points that InfluxDB rejects for their content by halving, down to the single point. */
import type { InfluxHttp } from './http.ts';

export interface Line<T> {
  readonly text: string;
  /** The readings in the line, for setting them aside. */
  readonly of: T;
}

export interface RefusedLine<T> {
  readonly of: T;
  readonly reason: string;
}

/** Bytes of one request: well below the 25 MB that InfluxDB takes, and short enough for its timeout on a slow disk. */
const MAX_BYTES = 4 * 1024 * 1024;

/** Resolves when every line is stored except those returned. Writing a line again changes nothing, so the good half of a rejected batch may be sent twice. */
export async function writeLines<T>(
  http: Pick<InfluxHttp, 'write'>,
  lines: readonly Line<T>[],
): Promise<RefusedLine<T>[]> {
  if (lines.length === 0) return [];
  const bytes = lines.reduce((sum, { text }) => sum + text.length + 1, 0);
  if (bytes <= MAX_BYTES || lines.length === 1) {
    const refusal = await http.write(lines.map(({ text }) => text));
    if (refusal === undefined) return [];
    const [only] = lines;
    if (only !== undefined && lines.length === 1)
      return [{ of: only.of, reason: `InfluxDB rejects it: ${refusal.reason}` }];
  }
  const middle = Math.ceil(lines.length / 2);
  return [...(await writeLines(http, lines.slice(0, middle))), ...(await writeLines(http, lines.slice(middle)))];
}
