/** The address of a table of readings: a link that a browser, Excel or a script opens. */

export const EXPORT_FORMATS = ['xlsx', 'csv', 'parquet', 'arrow', 'datapackage'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];
/** `raw`: every reading; the others are windows, as CSV. */
export const EXPORT_WINDOWS = ['raw', '10m', '1h', '1d'] as const;

export interface ExportAsked {
  readonly kind: string;
  readonly park: string;
  readonly site: string;
  /** Absent: all of the site. */
  readonly device?: string | undefined;
  readonly fields: readonly string[];
  /** Epoch ms. */
  readonly from: number;
  readonly to: number;
  readonly format: ExportFormat;
  readonly window: (typeof EXPORT_WINDOWS)[number];
  readonly quality: 'all' | 'good';
  readonly shape: 'wide' | 'long';
  /** Columns of stage, day of season and events. */
  readonly hasSurroundings: boolean;
}

export function exportLink(asked: ExportAsked): string {
  const { kind, park, site, device, fields, from, to, window, quality } = asked;
  const query = new URLSearchParams({ kind, park, site, ...(device !== undefined && { device }) });
  query.set('from', String(Math.round(from)));
  query.set('to', String(Math.round(to)));
  query.set('quality', quality);
  if (window !== 'raw') {
    query.set('fields', fields.join(','));
    query.set('every', window);
    query.set('agg', 'mean,min,max');
    query.set('format', 'csv');
    return `/api/v1/series?${query}`;
  }
  const { format, shape, hasSurroundings } = asked;
  query.set('format', format);
  if (shape === 'long') query.set('shape', shape);
  if (hasSurroundings) query.set('with', 'stage,season,events');
  // Without it Excel in Chinese takes UTF-8 for GBK.
  if (format === 'csv') query.set('bom', 'true');
  return `/api/v1/export?${query}`;
}
