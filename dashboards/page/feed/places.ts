/** Parks, sites and devices as the page makes and changes them. */
import type { BatchAnswer } from '../../../api/routes/device-batch.ts';
import type { Removal } from '../../../api/routes/device-removal.ts';
import type { MappingTrial } from '../../../api/routes/mapping-try.ts';
import type { ModelsAnswer } from '../../../api/routes/models.ts';
import type { DeviceCredentials } from '../../../api/setup-text.ts';
import type { ShownDevice } from '../../../api/show-device.ts';
import type { Mapping } from '../../../registry/mapping.ts';
import type { DeviceChange, Park, Site, SiteChange, SiteType } from '../../../registry/registry.ts';
import type { Label } from '../../../sensors/label.ts';
import { ask, get, send } from './api.ts';

export type { DeviceCredentials };
export type Model = ModelsAnswer['models'][number];

const at = (...parts: readonly string[]) => parts.map(encodeURIComponent).join('/');

export const addPark = (park: string, label: Label) => send<Park>('POST', '/parks', { park, label });
export const renamePark = (park: string, label: Label) => send<Park>('PATCH', `/parks/${at(park)}`, { label });
export const removePark = (park: string) => send<void>('DELETE', `/parks/${at(park)}`);

export interface NewSite {
  readonly park: string;
  readonly site: string;
  readonly label: Label;
  readonly type: SiteType;
  readonly profile?: string;
}
export const addSite = (site: NewSite) => send<Site>('POST', '/sites', site);
export const changeSite = (park: string, site: string, change: SiteChange) =>
  send<Site>('PATCH', `/sites/${at(park, site)}`, change);
export const removeSite = (park: string, site: string) => send<void>('DELETE', `/sites/${at(park, site)}`);

export interface NewDevice {
  readonly park: string;
  readonly site: string;
  readonly device: string;
  readonly label: Label;
  readonly kind?: string;
  readonly model?: string;
  readonly intervalMs?: number;
}
export const loadModels = async () => (await get<ModelsAnswer>('/models')).models;
export const addDevice = (device: NewDevice) => send<DeviceCredentials>('POST', '/devices', device);
export const changeDevice = (park: string, device: string, change: DeviceChange) =>
  send<ShownDevice>('PATCH', `/devices/${at(park, device)}`, change);
export const setMapping = (park: string, device: string, mapping: Mapping) =>
  send<ShownDevice>('PUT', `/devices/${at(park, device)}/mapping`, mapping);
/** Bytes written as hex, a message of a few at least: a number is no message. */
const HEX = /^\s*(?:[0-9A-Fa-f]{2}[\s:,-]?){4,}\s*$/;
/** Stores nothing. */
export const tryMapping = (park: string, device: string, text: string) =>
  send<MappingTrial>(
    'POST',
    `/devices/${at(park, device)}/mapping/try`,
    HEX.test(text) ? { hex: text.trim() } : { payload: text },
  );
export const rotatePassword = (park: string, device: string, overlapMinutes: number) =>
  send<DeviceCredentials>('POST', `/devices/${at(park, device)}/credentials`, { overlapMinutes });

export type { Removal };
/** What removing it would take away. */
export const loadRemoval = (park: string, device: string) => get<Removal>(`/devices/${at(park, device)}/removal`);
export const removeDevice = (park: string, device: string, readings: 'keep' | 'remove') =>
  send<void>('DELETE', `/devices/${at(park, device)}?readings=${readings}`);

/** The bytes as they are: the platform knows the encodings of spreadsheets. */
export const importDevices = (park: string, table: Blob, isDryRun: boolean) =>
  ask<BatchAnswer>(`/parks/${at(park)}/devices?dryRun=${isDryRun}`, {
    method: 'POST',
    body: table,
    headers: { accept: 'application/json', 'content-type': 'text/csv' },
  });
