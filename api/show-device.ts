/** A device as answers show it: without a password or its hash. */
import { type Static, Type } from 'typebox';
import type { Device } from '../registry/registry.ts';
import type { Kind } from '../sensors/kind.ts';
import { Label, Slug } from './schemas.ts';

export const ShownDevice = Type.Object(
  {
    park: Slug,
    site: Slug,
    device: Slug,
    label: Label,
    kind: Type.String(),
    intervalMs: Type.Optional(Type.Number({ description: "ms between readings, the device's own or its kind's" })),
    mapping: Type.Unknown({ description: 'how its own keys become fields; null: none' }),
    isConnected: Type.Boolean(),
    isDisabled: Type.Optional(Type.Boolean()),
    retiredAt: Type.Optional(Type.Number({ description: 'epoch ms' })),
    oldPasswordValidUntil: Type.Optional(Type.Number({ description: 'epoch ms; while a password is rotated' })),
    createdAt: Type.Number({ description: 'epoch ms' }),
  },
  { additionalProperties: false },
);

export const Credentials = Type.Object({
  username: Type.String(),
  password: Type.String(),
  clientId: Type.String(),
  topics: Type.Record(Type.String(), Type.String()),
  urls: Type.Array(Type.String()),
  validUntilOfOld: Type.Optional(Type.Number({ description: 'epoch ms until which the old password is valid' })),
});

export function createShowDevice(
  kinds: ReadonlyMap<string, Kind>,
  isConnected: (park: string, device: string) => boolean,
): (device: Device) => Static<typeof ShownDevice> {
  return ({ passwordHash: _, previousPassword, id, mapping, intervalMs, ...device }) => {
    const interval = intervalMs ?? kinds.get(device.kind)?.intervalMs;
    return {
      ...device,
      device: id,
      mapping: mapping ?? null,
      ...(interval !== undefined && { intervalMs: interval }),
      ...(previousPassword && { oldPasswordValidUntil: previousPassword.validUntil }),
      isConnected: isConnected(device.park, id),
    };
  };
}
