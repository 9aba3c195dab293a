import { expect, it } from 'vitest';
import type { ObserverCredentials } from '../../api/routes/observer.ts';
import { eventually } from '../eventually.ts';
import { connectMqtt, runPlatform } from '../running-platform.ts';

it('the observer of a device hears what is told to it, sends nothing by HTTP either, and is out when it is ended', async () => {
  const { platform, addDevice, connect, get, post } = await runPlatform();
  const credentials = await addDevice('watched', 'aquaculture_pond');
  const device = await connect(credentials);
  const observer = await post<ObserverCredentials>('/api/v1/devices/daoyu/watched/observer');
  expect(observer).toMatchObject({ username: 'daoyu.watched.observer', clientId: 'daoyu.watched.observer' });
  const listener = await connectMqtt(platform.urls.mqtt.mqtt ?? '', { ...observer, topics: credentials.topics });
  const heard: string[] = [];
  listener.on('message', (topic, payload) => void heard.push(`${topic} ${payload}`));
  await listener.subscribeAsync(observer.topics.errors, { qos: 1 });
  await device.publishAsync(credentials.topics.telemetry, 'no JSON', { qos: 1 });
  await eventually(() => heard.length > 0);
  expect(heard[0]).toContain('daoyu/daoyu/watched/errors {"code":"PAYLOAD_NOT_JSON"');
  const basic = `Basic ${Buffer.from(`${observer.username}:${observer.password}`).toString('base64')}`;
  const sent = await fetch(`${platform.urls.http}/api/v1/intake`, {
    ...{ method: 'POST', body: '{"dissolved_oxygen": 1}' },
    headers: { authorization: basic, 'content-type': 'application/json' },
  });
  expect(sent.status).toBe(401);
  const shown = async () =>
    (await get<{ devices: { device: string; hasObserver?: boolean }[] }>('/api/v1/devices?park=daoyu')).devices.find(
      (each) => each.device === 'watched',
    )?.hasObserver;
  expect(await shown()).toBe(true);
  const closed = new Promise<void>((resolve) => listener.once('close', () => resolve()));
  const ended = await fetch(`${platform.urls.http}/api/v1/devices/daoyu/watched/observer`, {
    ...{ method: 'DELETE', headers: { authorization: `Bearer ${platform.token}` } },
  });
  expect(ended.status).toBe(204);
  await closed;
  expect(device.connected).toBe(true);
  expect(await shown()).toBeUndefined();
});
