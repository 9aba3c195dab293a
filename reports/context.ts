/** What reports are made from. */
import type { AlarmLog } from '../alarms/alarm-log.ts';
import type { Analysis } from '../analysis/analysis.ts';
import type { Correction } from '../corrections/correction.ts';
import type { FarmEvent } from '../journal/events.ts';
import type { RecordBook } from '../journal/record-book.ts';
import type { Device, Registry } from '../registry/registry.ts';
import type { Field, Kind } from '../sensors/kind.ts';
import type { LedgerRow, Store } from '../store/store.ts';
import type { Cell, ChartLink } from './report.ts';

export interface ReportContext {
  readonly analysis: Analysis;
  readonly store: Pick<Store, 'series' | 'export'>;
  readonly registry: Pick<Registry, 'parks' | 'sites' | 'devices' | 'site' | 'device'>;
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly corrections: Pick<RecordBook<Correction>, 'all'>;
  readonly events: Pick<RecordBook<FarmEvent>, 'all'>;
  readonly alarmLog: Pick<AlarmLog, 'alarms'>;
  readonly ledger: () => Promise<readonly (LedgerRow & { readonly pending: number })[]>;
  readonly version: string;
  readonly clock: () => number;
  readonly signal?: AbortSignal | undefined;
}

export interface KnownDevice {
  readonly device: Device;
  readonly kind: Kind;
}

/** In use, of kinds that report regularly. */
export function regularDevices(
  { registry, kinds }: Pick<ReportContext, 'registry' | 'kinds'>,
  filter: { readonly park: string; readonly site?: string },
): readonly KnownDevice[] {
  return registry.devices(filter).flatMap((device) => {
    const kind = kinds.get(device.kind);
    const isShown = kind !== undefined && !kind.isIntermittent && device.retiredAt === undefined;
    return isShown ? [{ device, kind }] : [];
  });
}

/** The numbers of a kind that matter most. */
export function leadingFields({ primary, fields }: Kind, most: number): readonly Field[] {
  return primary
    .flatMap((name) => fields.filter((field) => field.name === name && field.shape === 'number'))
    .slice(0, most);
}

export function numberCell(
  { symbol, decimals }: Pick<Field, 'symbol' | 'decimals'>,
  value: number | undefined,
  more: Pick<Cell, 'link' | 'isIncomplete' | 'state'> = {},
): Cell {
  return { value, unit: symbol, decimals, ...more };
}

export const linkTo = ({ park, site }: Pick<Device, 'park' | 'site'>, from: number, to: number): ChartLink => ({
  ...{ park, site, from, to },
});

/** What has happened is never shown as still to come. */
export const minutes = (value: number | undefined, link?: ChartLink): Cell => ({
  ...{ value, unit: 'min', decimals: 0 },
  ...(link && { link }),
});
