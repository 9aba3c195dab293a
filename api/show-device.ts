/** A device and its credentials as answers show them: without a password's hash. */
import { type Static, Type } from 'typebox';
import type { topicsOf } from '../base/topics.ts';
import type { Device } from '../registry/registry.ts';
import type { Kind } from '../sensors/kind.ts';
import { Mapping } from './mapping-schema.ts';
import { Exact, Label, List, Maybe, Slug, Text, Time } from './schemas.ts';

/** How messages are known to be its own; see docs/gateways.md. */
export const ReachParts = {
  gateway: Type.Optional(Slug),
  isGateway: Type.Optional(
    Type.Boolean({ description: 'what it sends on a topic that no device has is kept and told' }),
  ),
  topics: Type.Optional(
    List(Text('MQTT filter of stock firmware', 256), { maxItems: 16, description: 'they stand for its telemetry' }),
  ),
  ids: Type.Optional(List(Text('DevEUI, id of a platform, MN of HJ 212', 64), { maxItems: 16 })),
};

export const ShownDevice = Exact({
  park: Slug,
  site: Slug,
  device: Slug,
  kind: Type.String(),
  label: Label,
  intervalMs: Type.Optional(
    Type.Integer({
      description: "ms between readings, the device's own or its kind's; absent: its kind is not installed",
    }),
  ),
  mapping: Maybe(Mapping),
  ...ReachParts,
  isConnected: Type.Boolean(),
  isDisabled: Type.Optional(Type.Boolean()),
  retiredAt: Type.Optional(Time('from then on it is history')),
  hasObserver: Type.Optional(Type.Boolean({ description: 'a second login that only listens' })),
  oldPasswordValidUntil: Type.Optional(Time('while a password is rotated')),
  createdAt: Time('when it was made'),
});
export type ShownDevice = Static<typeof ShownDevice>;

const credentials = {
  username: Type.String(),
  password: Type.String({ description: 'shown here and nowhere else' }),
  clientId: Type.String({ description: 'the client id that the device must use' }),
  topics: Exact({
    telemetry: Type.String(),
    status: Type.String(),
    errors: Type.String(),
    commands: Type.String(),
    replies: Type.String(),
  } satisfies Record<keyof ReturnType<typeof topicsOf>, unknown>),
  urls: List(Type.String(), { description: 'MQTT addresses of this process' }),
};
export const Credentials = Exact(credentials);
export const NextCredentials = Exact({
  ...credentials,
  validUntilOfOld: Time('until which the old password is valid'),
});

export function createShowDevice(
  kinds: ReadonlyMap<string, Kind>,
  isConnected: (park: string, device: string) => boolean,
): (device: Device) => ShownDevice {
  /** Copies member by member, so that a secret added to devices later does not leak. */
  return ({ park, site, id, kind, label, mapping, createdAt, previousPassword, isDisabled, retiredAt, ...device }) => {
    const { gateway, isGateway, topics, ids } = device;
    const intervalMs = device.intervalMs ?? kinds.get(kind)?.intervalMs;
    return {
      park,
      site,
      device: id,
      kind,
      label,
      ...(intervalMs !== undefined && { intervalMs }),
      mapping: mapping ?? null,
      ...(gateway !== undefined && { gateway }),
      ...(isGateway !== undefined && { isGateway }),
      ...(topics !== undefined && { topics }),
      ...(ids !== undefined && { ids }),
      isConnected: isConnected(park, id),
      ...(isDisabled !== undefined && { isDisabled }),
      ...(retiredAt !== undefined && { retiredAt }),
      ...(device.observerPasswordHash !== undefined && { hasObserver: true }),
      ...(previousPassword && { oldPasswordValidUntil: previousPassword.validUntil }),
      createdAt,
    };
  };
}
