/** The lines of a panel: one per device and field, history and live joined, with an envelope if aggregated. */
import type { Field, Kind } from '../../../sensors/kind.ts';
import type { Point } from '../../../store/store.ts';
import { type BandSpell, bandsOf } from '../feed/bands.ts';
import type { DeviceCard } from '../feed/cards.ts';
import { joinedRaw, joinedWindows } from '../feed/history.ts';
import { type Shares, sharesOf, withoutDoubts } from './shares.ts';
import { lineKey, type SeriesAnswer } from './use-series.ts';

export interface Line {
  readonly key: string;
  readonly device: DeviceCard;
  readonly field: Field;
  /** Its limits as they change with the stages of the site. */
  readonly bands: readonly BandSpell[];
  readonly points: readonly Point[];
  readonly least: readonly Point[];
  readonly most: readonly Point[];
  /** Shares of the windows among the points. */
  readonly shares: Shares;
  /** As it came, beside the corrected one; drawn thin. */
  readonly isRaw?: true;
  /** Number of doubtful readings left out of all windows, including windows without other readings. */
  readonly leftOut: number;
}

export function linesOf(
  kind: Kind,
  fields: readonly Pick<Field, 'name'>[],
  devices: readonly DeviceCard[],
  answer: SeriesAnswer,
): Line[] {
  return fields.flatMap(({ name }) => {
    const field = kind.fields.find((each) => each.name === name);
    if (field === undefined) return [];
    return devices.flatMap((device) => {
      const { park, device: id } = device.device;
      const key = lineKey(device.device, name);
      const find = (aggregate: string) =>
        answer.series.find(
          (each) =>
            each.park === park &&
            each.device === id &&
            each.field === name &&
            each.aggregate === aggregate &&
            each.values !== 'raw',
        );
      const isStep = field.shape !== 'number';
      const hasNoEnvelope = isStep || field.isIntervalSum;
      const live = answer.live.get(key) ?? [];
      // A strip shows a window in which a pump ran at all as running.
      const special = isStep ? find('max') : field.isIntervalSum ? find('sum') : undefined;
      const found = answer.isAggregated ? (special ?? find('mean') ?? find('last')) : find('raw');
      const history = found?.points ?? [];
      const joined = answer.isAggregated
        ? joinedWindows(withoutDoubts(history), live, answer.stepMs)
        : joinedRaw(history, live);
      const leftOut = [...(found?.excluded ?? []), ...(found?.doubted ?? []).map(([, excluded]) => excluded)];
      // A backlog comes live too; its readings from outside the shown range are left out.
      const points = joined.filter(
        ([time]) => time >= answer.from - answer.stepMs && (answer.isFollowing || time < answer.to),
      );
      // Zooming into an empty range keeps the chart; a field that was never measured has none.
      const raw = rawLines(device, field, answer);
      if (points.length === 0 && (answer.isFollowing || device.row?.values[name] === undefined)) return raw;
      return [
        {
          key,
          device,
          field,
          bands: bandsOf(device.season, name),
          points,
          least: hasNoEnvelope ? [] : (find('min')?.points ?? []),
          most: hasNoEnvelope ? [] : (find('max')?.points ?? []),
          shares: sharesOf(found),
          leftOut: leftOut.reduce((sum, excluded) => sum + excluded, 0),
        },
        ...raw,
      ];
    });
  });
}

const RAW = { zh: '（原始）', en: ', raw' };

/** What a correction touches, as it came. */
function rawLines(device: DeviceCard, field: Field, answer: SeriesAnswer): readonly Line[] {
  const { park, device: id } = device.device;
  const wanted = answer.isAggregated ? (field.isIntervalSum ? 'sum' : 'mean') : 'raw';
  const found = answer.series.find(
    (each) =>
      each.values === 'raw' &&
      each.park === park &&
      each.device === id &&
      each.field === field.name &&
      each.aggregate === wanted,
  );
  if (found === undefined || found.points.length === 0) return [];
  return [
    {
      key: `${lineKey(device.device, field.name)}:raw`,
      device,
      field: { ...field, label: { zh: field.label.zh + RAW.zh, en: field.label.en + RAW.en } },
      bands: bandsOf(device.season, field.name),
      points: answer.isAggregated ? withoutDoubts(found.points) : found.points,
      least: [],
      most: [],
      shares: new Map(),
      isRaw: true,
      leftOut: 0,
    },
  ];
}
