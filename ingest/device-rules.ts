/** What intake derives from the registration of a device, cached until the device changes. */
import { deviceKey } from '../base/keys.ts';
import { subjects } from '../base/topics.ts';
import type { Device, Registry } from '../registry/registry.ts';
import type { Kind } from '../sensors/kind.ts';
import { createPlan } from './fast/plan.ts';
import type { FastDevice } from './fast/take.ts';
import { createKeyMap, type KeyMap } from './map.ts';

export interface DeviceRules {
  readonly keyMap: KeyMap;
  readonly intervalMs: number;
  /** Subject of its entries on the log. */
  readonly subject: string;
  /** Absent if no message of the device can take the fast lane. */
  readonly fast: FastDevice | undefined;
}

/** The registry replaces the object of a device that changes, so the object is the key of the cache. */
export function createRules(
  kinds: ReadonlyMap<string, Kind>,
  registry: Partial<Pick<Registry, 'site'>>,
  onChange: (device: Device) => void,
) {
  const cache = new WeakMap<Device, DeviceRules>();
  return (device: Device): DeviceRules | undefined => {
    const known = cache.get(device);
    if (known !== undefined) return known;
    const kind = kinds.get(device.kind);
    if (kind === undefined) return undefined;
    const address = { park: device.park, device: device.id };
    const keyMap = createKeyMap(kind, device.mapping, () => registry.site?.(device.park, device.site)?.elevation);
    const intervalMs = device.intervalMs ?? kind.intervalMs;
    const subject = subjects.readings(address, device.kind);
    const common = { ...address, site: device.site, kind: device.kind, key: deviceKey(device.park, device.id) };
    const plan = createPlan({ ...common, keyMap });
    const rules = { keyMap, intervalMs, subject, fast: plan && { plan, common, subject, intervalMs } };
    cache.set(device, rules);
    onChange(device);
    return rules;
  };
}
