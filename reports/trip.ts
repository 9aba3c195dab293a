/** A cold-chain trip with evidence: limits and their version, each excursion, what is unknown, calibration, and a hash of the data. */
import { createHash } from 'node:crypto';
import { DERIVED } from '../analysis/series.ts';
import { lines } from '../analysis/stretch.ts';
import type { Span } from '../analysis/windows.ts';
import { DaoyuError } from '../base/errors.ts';
import { csvOf } from '../exports/csv.ts';
import { surroundingsOf } from '../exports/surroundings.ts';
import { exportTable } from '../exports/table.ts';
import { inForce } from '../journal/record.ts';
import type { Field } from '../sensors/kind.ts';
import { type KnownDevice, linkTo, minutes, numberCell, type ReportContext } from './context.ts';
import { eventsSection } from './event-rows.ts';
import { type Excursion, excursionsOf } from './excursions.ts';
import { type Extent, extentOf } from './extent.ts';
import { type Cell, type Fact, type Report, type ReportChart, type Section, textCell } from './report.ts';

export interface TripAsked extends Span {
  readonly park: string;
  readonly device: string;
}

const KIND = 'cold_chain';
/** Air warms long before the cargo: both are told. */
const FIELDS = ['air_temperature', 'product_temperature'];
const MINUTE = 60_000;
/** A probe that was calibrated longer ago than a year counts as not calibrated. */
const CALIBRATION_MS = 365 * 86_400_000;

export async function tripReport(context: ReportContext, asked: TripAsked): Promise<Report> {
  const { park, device: id, from, to } = asked;
  const { registry, kinds, version, clock } = context;
  const device = registry.device(park, id);
  const kind = kinds.get(KIND);
  if (device === undefined) throw new DaoyuError('DEVICE_UNKNOWN', `park ${park} has no device ${id}`);
  if (kind === undefined || device.kind !== KIND)
    throw new DaoyuError('REPORT_IMPOSSIBLE', `${park}.${id} is a ${device.kind}; a trip is that of a ${KIND} device`);
  const known = { device, kind };
  const sections: Section[] = [];
  for (const name of FIELDS) {
    const field = kind.fields.find((each) => each.name === name);
    const extent = field && (await extentOf(context, known, field, { from, to }));
    if (field === undefined || extent === undefined) continue;
    // A box without a probe in the goods has no line about them; without any air temperature it has one that says so.
    if (extent.used === 0 && name !== FIELDS[0]) continue;
    sections.push(await temperatureSection(context, known, field, extent));
  }
  return {
    ...{ report: 'trip', park, from, to, version, madeAt: clock(), subject: device.label },
    sections: [
      ...sections,
      await evidenceSection(context, known, asked),
      eventsSection(context, { park, site: device.site, from, to }),
    ],
  };
}

async function temperatureSection(
  context: ReportContext,
  known: KnownDevice,
  field: Field,
  extent: Extent,
): Promise<Section> {
  const { analysis, signal } = context;
  const { device } = known;
  const { from, to, limits = {} } = extent;
  const span = { from, to };
  const asked = { ...known, ...span, window: 'whole' as const, signal };
  const [curve] = await analysis.measure(asked, field.name, (stretch, { intervalMs }) => {
    const segments = [...lines(stretch, field.name, intervalMs)];
    const times = [from, ...stretch.inside.map(({ time }) => time), to];
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? time));
    return {
      ...{ knownMs: 0, intervalMs, longestGapMs: Math.max(...gaps), excursions: excursionsOf(segments, limits) },
      points: stretch.inside.flatMap(({ time, values: { [field.name]: value } }) =>
        value === undefined ? [] : [[time, value] as const],
      ),
    };
  });
  const { excursions = [], longestGapMs = to - from, intervalMs = 0, points = [] } = curve?.found ?? {};
  const kinetic = DERIVED.get('mean_kinetic_temperature');
  const answer = kinetic && (await analysis.derived({ ...asked, series: kinetic, field: field.name }));
  const link = linkTo(device, from, to);
  const number = (value: number | undefined): Cell =>
    numberCell(field, value, { link, isIncomplete: !extent.isComplete });
  const bound = (low: number | undefined, high: number | undefined) => `${low ?? '–'} … ${high ?? '–'} ${field.symbol}`;
  const fact = (name: string, zh: string, en: string, cell: Cell): Fact => ({ name, label: { zh, en }, cell });
  return {
    name: field.name,
    title: field.label,
    facts: [
      fact('verdict', '结论', 'verdict', verdictOf(extent, excursions)),
      fact('limits', '限值', 'limits', textCell(bound(limits.warnBelow, limits.warnAbove))),
      fact('critical_limits', '危急限', 'critical limits', textCell(bound(limits.criticalBelow, limits.criticalAbove))),
      fact('profile', '阈值方案及版本', 'profile and version', textCell(extent.profile ?? '–')),
      fact('min', '最低', 'least', number(extent.min)),
      fact('mean', '平均', 'mean', number(extent.mean)),
      fact('max', '最高', 'greatest', number(extent.max)),
      fact('mkt', '平均动力学温度', 'mean kinetic temperature', number(answer?.windows[0]?.value)),
      fact('outside', '超限时长', 'outside the limits', minutes(extent.warningMinutes, link)),
      fact('outside_critical', '超危急限时长', 'beyond critical limits', minutes(extent.criticalMinutes, link)),
      fact('unknown', '未知时长（不算合格）', 'unknown, not counted as good', minutes(extent.unknownMinutes)),
      fact('coverage', '覆盖', 'covered', { value: extent.coverage * 100, unit: '%', decimals: 1 }),
      fact('interval', '上报周期', 'sampling interval', minutes(intervalMs / MINUTE)),
      fact('longest_gap', '最长间隔', 'longest gap', minutes(longestGapMs / MINUTE)),
      fact('readings', '有效读数', 'good readings', { value: extent.used, unit: '', decimals: 0 }),
      fact('excluded', '剔除的可疑读数', 'doubtful readings left out', {
        value: extent.excluded,
        unit: '',
        decimals: 0,
      }),
    ],
    table: { columns: EXCURSION_COLUMNS, rows: excursions.map((each) => rowOf(each, field, known)) },
    charts: [chartOf(field, span, device.id, points, intervalMs)],
  };
}

/** "No data" is never "no excursion". */
function verdictOf({ isComplete, limits }: Extent, excursions: readonly Excursion[]): Cell {
  if (limits === undefined) return { ...textCell('没有限值，无法判定', 'no limits, so no verdict'), state: 'warning' };
  if (excursions.some(({ isCritical }) => isCritical))
    return { ...textCell('有危急超温', 'critical excursions'), state: 'critical' };
  if (excursions.length > 0) return { ...textCell('有超温', 'excursions'), state: 'warning' };
  if (!isComplete)
    return { ...textCell('数据不完整，无法判定', 'too little is known for a verdict'), state: 'warning' };
  return textCell('全程在限值内', 'within the limits throughout');
}

const EXCURSION_COLUMNS = [
  { name: 'from', label: { zh: '超限开始', en: 'from' } },
  { name: 'to', label: { zh: '结束', en: 'to' } },
  { name: 'is', label: { zh: '方向', en: 'direction' } },
  { name: 'minutes', label: { zh: '时长', en: 'length' } },
  { name: 'peak', label: { zh: '极值', en: 'peak' } },
  { name: 'degreeMinutes', label: { zh: '度·分', en: 'degree-minutes' } },
];

function rowOf(excursion: Excursion, field: Field, { device }: KnownDevice): Readonly<Record<string, Cell>> {
  const { from, to, is, peak, degreeMinutes, isCritical, isOpen } = excursion;
  const link = linkTo(device, from - 30 * MINUTE, to + 30 * MINUTE);
  const state = isCritical ? ('critical' as const) : ('warning' as const);
  return {
    from: { time: from, link },
    to: isOpen ? textCell('数据中断，可能更久', 'the data ends: perhaps longer') : { time: to },
    is: is === 'above' ? textCell('偏高', 'above') : textCell('偏低', 'below'),
    minutes: minutes((to - from) / MINUTE),
    peak: numberCell(field, peak, { link, state }),
    degreeMinutes: { value: degreeMinutes, unit: `${field.symbol}·min`, decimals: 0 },
  };
}

function chartOf(
  field: Field,
  span: Span,
  name: string,
  points: ReportChart['curves'][number]['points'],
  intervalMs: number,
) {
  const { label, symbol, decimals } = field;
  return { label, symbol, decimals, ...span, gapMs: 2.5 * intervalMs, curves: [{ name, points }] };
}

async function evidenceSection(context: ReportContext, known: KnownDevice, asked: TripAsked): Promise<Section> {
  const { device } = known;
  const { from, to, park } = asked;
  const calibration = inForce(context.events.all()).findLast(
    (event) => event.kind === 'calibration' && event.park === park && event.device === device.id && event.at < to,
  );
  const isOverdue = calibration === undefined || from - calibration.at > CALIBRATION_MS;
  const { hash, rows, query } = await hashOf(context, known, { from, to });
  const fact = (name: string, zh: string, en: string, cell: Cell): Fact => ({ name, label: { zh, en }, cell });
  return {
    name: 'evidence',
    title: { zh: '凭据', en: 'Evidence' },
    facts: [
      fact('device', '测温设备', 'sensor', textCell(`${park}.${device.id}`)),
      fact('calibrated_at', '最近一次校准', 'last calibration', { time: calibration?.at }),
      fact('calibration_instrument', '标准器编号', 'standard', textCell(String(calibration?.values.instrument ?? '–'))),
      fact('calibration_state', '校准状态', 'calibration state', {
        ...(isOverdue ? textCell('未校准或已超过一年', 'none, or more than a year ago') : textCell('有效', 'valid')),
        ...(isOverdue && { state: 'warning' as const }),
      }),
      fact('rows', '原始读数', 'raw readings', { value: rows, unit: '', decimals: 0 }),
      fact('sha256', '原始数据 SHA-256', 'SHA-256 of the raw data', textCell(hash)),
      fact('data', '该数据的导出地址', 'where that data is exported', textCell(`/api/v1/export?${query}`)),
    ],
    note: {
      zh: '下载上述地址所得文件的 SHA-256 与此一致，即说明数据自本报告以来没有增删。GB 31605-2020 要求冷链监测设备定期校准并留存记录。',
      en: 'If the file downloaded from there has this SHA-256, nothing was added or lost since this report. GB 31605-2020 asks that devices are calibrated regularly and records are kept.',
    },
  };
}

/** Of the file that the export gives: raw values with their flags. */
async function hashOf({ store, signal }: ReportContext, { device, kind }: KnownDevice, { from, to }: Span) {
  const query = new URLSearchParams({
    ...{ format: 'csv', kind: kind.name, park: device.park, device: device.id, fields: FIELDS.join(',') },
    ...{ values: 'raw', time: 'utc', from: String(from), to: String(to) },
  });
  const fields = kind.fields.filter(({ name }) => FIELDS.includes(name));
  const table = exportTable(
    store,
    {
      ...{ kind, fields, from, to, shape: 'wide', quality: 'all', corrections: [], extras: [] },
      devices: [{ park: device.park, device: device.id }],
    },
    surroundingsOf([], []),
  );
  const hash = createHash('sha256');
  let lineCount = 0;
  for await (const piece of csvOf(table, { time: 'utc', bom: false }, signal)) {
    hash.update(piece);
    lineCount += piece.split('\n').length - 1;
  }
  return { hash: hash.digest('hex'), rows: Math.max(0, lineCount - 1), query: query.toString() };
}
