/** A table of new devices looked over: what would be made of it, and what is wrong, line by line. */
import { codeOf, DaoyuError } from '../base/errors.ts';
import type { DeviceModel } from '../registry/device-model.ts';
import type { NewDevice, Registry } from '../registry/registry.ts';
import { completedDevice } from './complete-device.ts';
import { type DeviceRow, type RowProblem, readDeviceRows } from './device-rows.ts';

export interface DeviceTable {
  readonly devices: readonly NewDevice[];
  /** Ids of sites that would be made with them. */
  readonly newSites: readonly string[];
  readonly problems: readonly RowProblem[];
}

/** Where a problem of the registry comes from. */
const COLUMN_OF: Readonly<Record<string, string>> = {
  KIND_UNKNOWN: 'kind',
  MODEL_UNKNOWN: 'model',
  PROFILE_UNKNOWN: 'profile',
  REQUEST_INVALID: 'model',
};

/** Throws `BATCH_INVALID` where it is no table of devices, `PARK_UNKNOWN`. */
export function lookOver(
  text: string,
  park: string,
  registry: Pick<Registry, 'site' | 'parks' | 'checkDevice'>,
  models: ReadonlyMap<string, DeviceModel>,
): DeviceTable {
  if (!registry.parks().some(({ id }) => id === park))
    throw new DaoyuError('PARK_UNKNOWN', `no park ${park}; GET /api/v1/parks names them`);
  const { rows, problems: found } = readDeviceRows(text);
  const problems: RowProblem[] = [...found];
  const firstLine = new Map<string, number>();

  function checked({ line, ...row }: DeviceRow): NewDevice | undefined {
    const before = firstLine.get(row.device);
    if (before !== undefined)
      problems.push({ line, column: 'device', message: `device ${row.device} stands in line ${before} already` });
    else firstLine.set(row.device, line);
    try {
      const device = completedDevice({ park, ...row }, models);
      registry.checkDevice(device);
      return device;
    } catch (error) {
      if (!(error instanceof DaoyuError)) throw error;
      problems.push({ line, column: COLUMN_OF[codeOf(error)] ?? 'device', message: error.message });
      return undefined;
    }
  }

  const devices = rows.flatMap((row) => checked(row) ?? []);
  const newSites = [...new Set(devices.map(({ site }) => site))].filter(
    (site) => registry.site(park, site) === undefined,
  );
  return { devices, newSites, problems: problems.sort((one, other) => one.line - other.line) };
}
