import { describe, expect, it } from 'vitest';
import { changedDevice, lockOf, passwordHashesOf, withPassword } from '../../registry/device-change.ts';
import type { Device, DeviceChange, Site } from '../../registry/registry.ts';

const label = { zh: '一号', en: 'One' };
const DEVICE: Device = {
  ...{ park: 'tianyu', site: 'pond-1', id: 'probe', label, kind: 'aquaculture_pond' },
  ...{ passwordHash: 'new', createdAt: 1000 },
};
const SITES = ['pond-1', 'pond-2'].map((id) => ({ park: 'tianyu', id, label }) as Site);
const change = (given: DeviceChange, device = DEVICE, now = 5000) =>
  changedDevice(device, given, { sites: SITES, others: [], now });

describe('a change to a device', () => {
  it('leaves what it does not name, and removes what it names with null', () => {
    const minutely = change({ intervalMs: 60_000 });
    expect(minutely).toStrictEqual({ ...DEVICE, intervalMs: 60_000 });
    expect(change({ label: { zh: '二号', en: 'Two' } }, minutely)).toStrictEqual({
      ...{ ...DEVICE, intervalMs: 60_000, label: { zh: '二号', en: 'Two' } },
    });
    expect(change({}, minutely)).toStrictEqual(minutely);
    expect(change({ intervalMs: null }, minutely)).toStrictEqual(DEVICE);
  });

  it('takes intervals from a second to a day', () => {
    for (const intervalMs of [1000, 86_400_000]) expect(change({ intervalMs }).intervalMs).toBe(intervalMs);
    for (const intervalMs of [999, 0, 86_400_001, Number.NaN])
      expect(() => change({ intervalMs })).toThrow(expect.objectContaining({ code: 'DEVICE_INVALID' }));
  });

  it('moves it to a site of its park only', () => {
    expect(change({ site: 'pond-2' }).site).toBe('pond-2');
    const elsewhere = { ...DEVICE, park: 'daoyu' };
    for (const [device, site] of [[DEVICE, 'pond-3'] as const, [elsewhere, 'pond-2'] as const])
      expect(() => change({ site }, device)).toThrow(expect.objectContaining({ code: 'SITE_UNKNOWN' }));
  });

  it('disables, retires at the first time it is asked, and takes both back', () => {
    expect(lockOf(DEVICE)).toBeUndefined();
    const disabled = change({ isDisabled: true });
    expect(lockOf(disabled)).toBe('disabled');
    const retired = change({ isRetired: true }, disabled, 6000);
    expect(retired).toStrictEqual({ ...DEVICE, isDisabled: true, retiredAt: 6000 });
    expect(change({ isRetired: true }, retired, 7000).retiredAt).toBe(6000);
    expect(lockOf(retired)).toBe('retired');
    expect(change({ isDisabled: false, isRetired: false }, retired)).toStrictEqual(DEVICE);
  });
});

describe('a new password', () => {
  it('is valid beside the old one until the overlap ends', () => {
    const both = withPassword({ ...DEVICE, passwordHash: 'old' }, 'new', 100, 5000);
    expect(passwordHashesOf(both, 5099)).toEqual(['new', 'old']);
    expect(passwordHashesOf(both, 5100)).toEqual(['new']);
  });

  it('without an overlap ends the old one, and one from before, at once', () => {
    const before = withPassword(DEVICE, 'next', 100, 5000);
    expect(withPassword(before, 'last', 0, 5001)).toStrictEqual({ ...DEVICE, passwordHash: 'last' });
  });
});
