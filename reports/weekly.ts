/** The weekly comparison of a park: sites of one kind side by side, each with its change against the week before. */
import type { Field, Kind } from '../sensors/kind.ts';
import {
  type KnownDevice,
  leadingFields,
  linkTo,
  minutes,
  numberCell,
  type ReportContext,
  regularDevices,
} from './context.ts';
import type { ParkAsked } from './daily.ts';
import { type Extent, extentOf } from './extent.ts';
import { type Cell, type Report, type Section, same } from './report.ts';

const FIELDS = 2;

export async function weeklyReport(context: ReportContext, asked: ParkAsked): Promise<Report> {
  const { park, from, to } = asked;
  const { registry, version, clock } = context;
  const sections: Section[] = [];
  const devices = regularDevices(context, { park });
  for (const kind of new Set(devices.map((each) => each.kind)))
    for (const field of leadingFields(kind, FIELDS)) {
      const own = devices.filter((each) => each.kind === kind);
      const section = await comparisonOf(context, kind, field, own, asked);
      if (section !== undefined) sections.push(section);
    }
  return {
    ...{ report: 'weekly', park, from, to, version, madeAt: clock() },
    subject: registry.parks().find(({ id }) => id === park)?.label ?? same(park),
    sections,
  };
}

const COLUMNS = [
  { name: 'site', label: { zh: '点位', en: 'site' } },
  { name: 'mean', label: { zh: '平均', en: 'mean' } },
  { name: 'change', label: { zh: '比上周', en: 'against the week before' } },
  { name: 'min', label: { zh: '最低', en: 'least' } },
  { name: 'max', label: { zh: '最高', en: 'greatest' } },
  { name: 'warning', label: { zh: '超注意限', en: 'beyond warning' } },
  { name: 'critical', label: { zh: '超危急限', en: 'beyond critical' } },
  { name: 'coverage', label: { zh: '覆盖', en: 'covered' } },
];

async function comparisonOf(
  context: ReportContext,
  kind: Kind,
  field: Field,
  devices: readonly KnownDevice[],
  { from, to }: ParkAsked,
): Promise<Section | undefined> {
  const lengthMs = to - from;
  const rows: Readonly<Record<string, Cell>>[] = [];
  for (const each of devices) {
    const now = await extentOf(context, each, field, { from, to });
    if (now === undefined || now.used === 0) continue;
    const before = await extentOf(context, each, field, { from: from - lengthMs, to: from });
    rows.push(rowOf(context, each, field, now, before));
  }
  if (rows.length === 0) return undefined;
  return {
    name: `${kind.name}.${field.name}`,
    title: { zh: `${kind.label.zh} · ${field.label.zh}`, en: `${kind.label.en} · ${field.label.en}` },
    table: { columns: COLUMNS, rows: rows.sort((one, other) => (one.mean?.value ?? 0) - (other.mean?.value ?? 0)) },
  };
}

function rowOf(
  { registry }: ReportContext,
  { device }: KnownDevice,
  field: Field,
  now: Extent,
  before: Extent | undefined,
): Readonly<Record<string, Cell>> {
  const link = linkTo(device, now.from, now.to);
  const shown = { link, isIncomplete: !now.isComplete };
  const isComparable =
    now.isComplete && before?.isComplete === true && now.mean !== undefined && before.mean !== undefined;
  return {
    site: { text: registry.site(device.park, device.site)?.label ?? same(device.site), link },
    mean: numberCell(field, now.mean, shown),
    change: numberCell(field, isComparable ? (now.mean ?? 0) - (before?.mean ?? 0) : undefined),
    min: numberCell(field, now.min, shown),
    max: numberCell(field, now.max, shown),
    warning: minutes(now.warningMinutes, link),
    critical: minutes(now.criticalMinutes, link),
    coverage: { value: Math.round(now.coverage * 1000) / 10, unit: '%', decimals: 1 },
  };
}
