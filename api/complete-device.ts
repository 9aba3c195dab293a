/** A new device as it was asked for, with what its model gives. */
import { DaoyuError } from '../base/errors.ts';
import type { DeviceModel } from '../registry/device-model.ts';
import type { NewDevice } from '../registry/registry.ts';

export type AskedDevice = Omit<NewDevice, 'kind'> & { readonly kind?: string; readonly model?: string };

/** What the model gives stands behind what is given itself. Throws `MODEL_UNKNOWN`, `REQUEST_INVALID`. */
export function completedDevice(
  { model: name, ...body }: AskedDevice,
  models: ReadonlyMap<string, DeviceModel>,
): NewDevice {
  const model = name === undefined ? undefined : models.get(name);
  if (name !== undefined && model === undefined)
    throw new DaoyuError('MODEL_UNKNOWN', `no model ${name}; there are ${[...models.keys()].join(', ')}`);
  const kind = body.kind ?? model?.kind;
  if (kind === undefined) throw new DaoyuError('REQUEST_INVALID', 'a new device needs a kind or a model');
  const intervalMs = body.intervalMs ?? model?.intervalMs;
  const mapping = body.mapping ?? model?.mapping;
  return { ...body, kind, ...(intervalMs !== undefined && { intervalMs }), ...(mapping !== undefined && { mapping }) };
}
