/** Which device a user name is, and what proves it: for MQTT and HTTP alike; over MQTT also its observer. */
import { observerOf } from '../base/topics.ts';
import type { FindCredential } from '../broker/broker.ts';
import { lockOf, passwordHashesOf } from '../registry/device-change.ts';
import type { Gateways } from '../registry/gateways.ts';
import type { Registry } from '../registry/registry.ts';

export function createFindCredential(registry: Pick<Registry, 'device'>, clock: () => number): FindCredential {
  return (username) => {
    const [park = '', id = '', ...more] = username.split('.');
    const device = more.length > 0 ? undefined : registry.device(park, id);
    if (device === undefined || lockOf(device) !== undefined) return undefined;
    return { park, device: id, passwordHashes: passwordHashesOf(device, clock()) };
  };
}

/** The same where its observer may listen, too. */
export function createFindClient(registry: Pick<Registry, 'device'>, clock: () => number): FindCredential {
  const findDevice = createFindCredential(registry, clock);
  return (username) => {
    const [park = '', id = '', role, ...more] = username.split('.');
    if (role !== 'observer' || more.length > 0) return findDevice(username);
    const device = registry.device(park, id);
    if (device?.observerPasswordHash === undefined || lockOf(device) !== undefined) return undefined;
    return { ...observerOf({ park, device: id }), passwordHashes: [device.observerPasswordHash] };
  };
}

/** The same for the MN and PW of HJ 212: the device with that id, by a password of its frames or its own. */
export function createFindStation(gateways: Pick<Gateways, 'stationNamed'>, clock: () => number): FindCredential {
  return (mn) => {
    const device = gateways.stationNamed(mn);
    if (device === undefined || lockOf(device) !== undefined) return undefined;
    const { park, id, framePasswordHash } = device;
    const own = passwordHashesOf(device, clock());
    return { park, device: id, passwordHashes: framePasswordHash === undefined ? own : [framePasswordHash] };
  };
}
