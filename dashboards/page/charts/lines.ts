/** The lines of a panel: one a device and field, history and live joined, with the envelope where aggregated. */
import type { Field, Kind, Panel } from '../../../sensors/kind.ts';
import type { Band } from '../../../sensors/profile.ts';
import type { Point } from '../../../store/store.ts';
import type { DeviceCard } from '../feed/cards.ts';
import { joinedRaw, joinedWindows } from '../feed/history.ts';
import type { SeriesAnswer } from './use-site-series.ts';

export interface Line {
  readonly key: string;
  readonly device: DeviceCard;
  readonly field: Field;
  readonly band?: Band | undefined;
  readonly points: readonly Point[];
  readonly least: readonly Point[];
  readonly most: readonly Point[];
}

export function linesOf(panel: Panel, kind: Kind, devices: readonly DeviceCard[], answer: SeriesAnswer): Line[] {
  return panel.fields.flatMap((name) => {
    const field = kind.fields.find((each) => each.name === name);
    if (field === undefined) return [];
    return devices.flatMap((device) => {
      const id = device.device.device;
      const find = (aggregate: string) =>
        answer.series.find((each) => each.device === id && each.field === name && each.aggregate === aggregate)
          ?.points ?? [];
      const isStep = field.shape !== 'number';
      const live = answer.live.get(`${id}/${name}`) ?? [];
      // Of a window in which a pump ran at all, a strip says that it ran.
      const history = find(answer.isAggregated ? (isStep ? 'max' : 'mean') : 'raw');
      const joined = answer.isAggregated ? joinedWindows(history, live, answer.stepMs) : joinedRaw(history, live);
      const points = joined.filter(([time]) => answer.isFollowing || time < answer.to);
      if (points.length === 0) return [];
      return [
        {
          key: `${id}/${name}`,
          device,
          field,
          band: device.profile?.bands.find((band) => band.field === name),
          points,
          least: isStep ? [] : find('min'),
          most: isStep ? [] : find('max'),
        },
      ];
    });
  });
}
