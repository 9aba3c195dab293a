/** Telemetry by HTTP: the way of a publish, with another envelope. */
import { encode } from 'cborg';
import { describe, expect, it } from 'vitest';
import { DaoyuError } from '../../base/errors.ts';
import type { Admit } from '../../broker/broker.ts';
import { eventually } from '../eventually.ts';
import type { LedgerAnswer } from '../ledger-answer.ts';
import { type Credentials, newDataDir, type RunningPlatform, runPlatform } from '../running-platform.ts';

interface Problem {
  readonly code?: string;
  readonly detail?: string;
  readonly status?: number | string;
  readonly told?: readonly { readonly code: string; readonly field?: string }[];
}

const AT = Date.UTC(2026, 6, 20, 4, 0, 0);

async function ledgerRow(running: RunningPlatform, clientId: string) {
  const [park, device] = clientId.split('.');
  const { ledger } = await running.get<LedgerAnswer>(`/api/v1/ledger?park=${park}&device=${device}`);
  return ledger[0];
}

let number = 0;
async function open(environment: Record<string, string> = {}, wrapAdmit?: (admit: Admit) => Admit) {
  const running = await runPlatform(environment, wrapAdmit === undefined ? {} : { wrapAdmit });
  return { running, ...poster(running) };
}

function poster(running: RunningPlatform) {
  const url = (path: string) => new URL(`/api/v1/intake${path}`, running.platform.urls.http);
  return {
    async post(
      credentials: Credentials,
      body: string | Uint8Array<ArrayBuffer>,
      headers: Record<string, string> = {},
      path = '',
    ) {
      const { username, password } = credentials;
      const basic = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
      const response = await fetch(url(path), { method: 'POST', body, headers: { authorization: basic, ...headers } });
      const text = await response.text();
      return { status: response.status, headers: response.headers, body: JSON.parse(text) as Problem };
    },
    device: (kind = 'aquaculture_pond', extra: object = {}) => running.addDevice(`http-${++number}`, kind, extra),
  };
}

describe('a message by HTTP', () => {
  it('is stored when it is answered, and once however often it is sent', async () => {
    const { running, post, device: addDevice } = await open();
    const device = await addDevice();
    const body = JSON.stringify({ time: AT, dissolved_oxygen: 6.4 });
    for (let count = 0; count < 3; count++)
      expect(await post(device, body)).toMatchObject({ status: 200, body: { status: 'kept', told: [] } });
    await eventually(
      () => ledgerRow(running, device.clientId),
      (found) => found !== undefined && found.stored === 1 && found.duplicate === 2 && found.pending === 0,
    );
  });

  it('without a time is once for each idempotency key', async () => {
    const { running, post, device: addDevice } = await open();
    const device = await addDevice();
    const body = '{"dissolved_oxygen": 6.4}';
    const send = (key: string) => post(device, body, { 'idempotency-key': key });
    await Promise.all([send('one'), send('one'), send('two')]);
    await eventually(
      () => ledgerRow(running, device.clientId),
      (found) => found !== undefined && found.received === 2 && found.stored === 2,
    );
  });

  it('is once for its key after a restart, too, also where its readings are several', async () => {
    const DAOYU_DATA_DIR = newDataDir();
    const first = await open({ DAOYU_DATA_DIR });
    const device = await first.device();
    const key = { 'idempotency-key': 'of yesterday' };
    const body = '[{"dissolved_oxygen": 6.4}, {"dissolved_oxygen": 6.5}]';
    expect((await first.post(device, body, key)).status).toBe(200);
    await first.running.platform.close();
    const second = await open({ DAOYU_DATA_DIR });
    expect((await second.post(device, body, key)).status).toBe(200);
    await eventually(
      () => ledgerRow(second.running, device.clientId),
      (row) => row?.stored === 2 && row.duplicate === 2 && row.pending === 0,
    );
  });

  it('that is refused says the code and what would be right, and is in quarantine', async () => {
    const { running, post, device: addDevice } = await open();
    const device = await addDevice();
    const { status, body, headers } = await post(device, '{"dissolved_oxygen": 62}');
    expect(headers.get('content-type')).toMatch(/application\/problem\+json/);
    expect([status, body.code, body.status]).toEqual([422, 'VALUE_OUT_OF_RANGE', 422]);
    expect(body.detail).toMatch(/oxygen_saturation/);
    await eventually(
      () => ledgerRow(running, device.clientId),
      (found) => found?.quarantined === 1,
    );
    expect((await post(device, 'no json')).body.code).toBe('PAYLOAD_NOT_JSON');
    expect((await post(device, '')).body.code).toBe('PAYLOAD_EMPTY');
  });

  it('of which something is refused says what', async () => {
    const { post, device: addDevice } = await open();
    const { status, body } = await post(await addDevice(), '{"dissolved_oxygen": 6.4, "ph": 70.1, "x": 1}');
    expect(status).toBe(200);
    expect(body.told?.map(({ code }) => code).sort()).toEqual(['FIELD_UNKNOWN', 'VALUE_OUT_OF_RANGE']);
  });

  it('may be CBOR, SenML, a frame, or the webhook of a network server', async () => {
    const { running, post, device: addDevice } = await open();
    const device = await addDevice();
    const senml = JSON.stringify([{ n: 'ph', v: 7.1, bt: AT / 1000 }]);
    const uplink = {
      end_device_ids: { device_id: 'x' },
      received_at: '2026-07-20T04:02:00Z',
      uplink_message: { decoded_payload: { ph: 7.3 } },
    };
    const cbor = { 'content-type': 'application/cbor' };
    expect((await post(device, new Uint8Array(encode({ time: AT + 1000, ph: 7.2 })), cbor)).status).toBe(200);
    expect((await post(device, senml, { 'content-type': 'application/senml+json' })).status).toBe(200);
    expect((await post(device, JSON.stringify(uplink), {}, '/tts')).status).toBe(200);
    const simulated = await post(device, JSON.stringify({ ...uplink, simulated: true }), {}, '/tts');
    expect([simulated.status, simulated.body.code]).toEqual([422, 'READING_SIMULATED']);
    const found = await eventually(
      () => ledgerRow(running, device.clientId),
      (each) => each !== undefined && each.received === 4 && each.pending === 0,
    );
    expect(found).toMatchObject({ stored: 3, quarantined: 1 });
  });

  it('needs the credential of its device', async () => {
    const { running, post, device: addDevice } = await open();
    const device = await addDevice();
    const wrong = await post({ ...device, password: 'guess' }, '{"ph": 7}');
    expect([wrong.status, wrong.body.code]).toEqual([401, 'UNAUTHORIZED']);
    const token = { authorization: `Bearer ${running.platform.token}` };
    expect((await post(device, '{"ph": 7}', token)).status).toBe(401);
    const own = { authorization: `Bearer ${device.username}.${device.password}` };
    expect((await post(device, '{"ph": 7}', own)).status).toBe(200);
    await running.patch(`/api/v1/devices/daoyu/${device.clientId.split('.')[1]}`, { isDisabled: true });
    expect((await post(device, '{"ph": 7}')).status).toBe(401);
  });
});

it('larger than a packet may be is refused before it is read', async () => {
  const { post, device } = await open({ DAOYU_MQTT_MAX_PACKET: '4096' });
  const answer = await post(await device(), JSON.stringify({ ph: 7, pad: 'x'.repeat(5000) }));
  expect(answer.status).toBe(413);
});

it('above the pace of a device is told to wait', async () => {
  const { post, device } = await open({ DAOYU_MQTT_MAX_RATE: '1' });
  const probe = await device();
  const statuses = [];
  for (let count = 0; count < 14; count++)
    statuses.push((await post(probe, JSON.stringify({ time: AT + count, ph: 7 }))).status);
  expect(statuses.slice(0, 10)).toEqual(Array(10).fill(200));
  expect(statuses.slice(10)).toContain(429);
  expect((await post(await device(), '{"ph": 7}')).status).toBe(200);
});

it('is answered 503 while the log takes nothing, and stored when it comes again', async () => {
  let isFull = true;
  const full = () => Promise.reject(new DaoyuError('BUS_FULL', 'the log is full'));
  const { running, post, device } = await open({}, (admit) => (message) => (isFull ? full() : admit(message)));
  const probe = await device();
  const body = JSON.stringify({ time: AT, ph: 7 });
  const key = { 'idempotency-key': 'same' };
  const refused = await post(probe, body, key);
  expect([refused.status, refused.body.code]).toEqual([503, 'BUS_FULL']);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  isFull = false;
  expect((await post(probe, body, key)).status).toBe(200);
  await eventually(
    () => ledgerRow(running, probe.clientId),
    (found) => found !== undefined && found.received === 1 && found.stored === 1,
  );
});
