/** Line protocol of InfluxDB for figures: tags may hold names of sites, fields texts as well as numbers; numbers are always floats. */
export interface Figure {
  readonly measurement: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Undefined ones are left out; a figure without any is no line. */
  readonly fields: Readonly<Record<string, number | string | undefined>>;
  /** Epoch ms. */
  readonly time: number;
}

/** Undefined where there is nothing to write. */
export function lineOf({ measurement, tags, fields, time }: Figure): string | undefined {
  const written = Object.entries(fields).flatMap(([name, value]) => {
    if (typeof value === 'string') return [`${name}="${value.replace(/[\\"]/g, '\\$&').replace(/[\r\n]/g, ' ')}"`];
    return value === undefined || !Number.isFinite(value) ? [] : [`${name}=${value}`];
  });
  if (written.length === 0) return undefined;
  const places = Object.entries(tags).map(([name, value]) => `,${name}=${tagValue(value)}`);
  return `${measurement}${places.join('')} ${written.join(',')} ${Math.trunc(time)}`;
}

/** A trailing backslash would escape the comma behind it, and a line break end the line. */
function tagValue(value: string): string {
  return value
    .replace(/\\/g, '/')
    .replace(/[\r\n]/g, ' ')
    .replace(/[,= ]/g, '\\$&');
}
