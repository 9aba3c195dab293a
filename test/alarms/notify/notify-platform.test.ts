/** From a pond short of oxygen to somebody who takes it: over MQTT, the log, a channel and the link in the message. */
import { expect, it } from 'vitest';
import type { Alarm } from '../../../alarms/alarm.ts';
import { runCommand } from '../../cli/run-command.ts';
import { eventually } from '../../eventually.ts';
import { runPlatform } from '../../running-platform.ts';
import { answer, openFakeService } from '../channels/fake-service.ts';

it('an alarm reaches a channel with a link, is taken by it, and the channel hears who has it', async () => {
  const service = await openFakeService(answer({}));
  const running = await runPlatform();
  const { platform, put, get, post, addDevice, connect } = running;
  const secret = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
  const settings = { url: service.url, secret, allowPrivate: true };
  const channel = await put<{ settings: { secret: string } }>('/api/v1/channels/duty', { kind: 'webhook', settings });
  expect(channel.settings.secret).toBe('••••••');
  const plan = {
    people: [{ name: '王工', channels: ['duty'] }],
    shifts: [],
    exceptions: [],
    steps: [{ afterMinutes: 0, who: 'on-duty' }],
    repeatMinutes: { critical: 10, warning: 240 },
    publicUrl: platform.urls.http,
  };
  await put('/api/v1/alarm-plan', plan);
  expect(await post('/api/v1/channels/duty/test', {})).toEqual({ is: 'delivered', code: 'HTTP_200' });
  expect(service.received[0]?.json).toMatchObject({ type: 'alarm.drill', data: { isDrill: true } });

  const device = await addDevice('gasping', 'aquaculture_pond', { site: 'notify-pond', profile: 'crab_pond' });
  const client = await connect(device);
  const readings = [20, 15, 10, 5, 0].map((minutes) => ({
    time: Date.now() - minutes * 60_000,
    dissolved_oxygen: 2 - minutes / 100,
  }));
  await client.publishAsync(device.topics.telemetry, JSON.stringify(readings), { qos: 1 });
  const [, told] = await eventually(
    async () => service.received,
    (all) => all.length >= 2,
    20_000,
  );
  const { data } = (told?.json ?? {}) as {
    readonly data: { readonly severity: string; readonly link: string; readonly title: { zh: string } };
  };
  expect(data.severity).toBe('critical');
  expect(data.title.zh).toContain('notify-pond');
  // The notice may go out before the alarm is in the shared state.
  const { alarms } = await eventually(
    () => get<{ alarms: Alarm[] }>('/api/v1/alarms?device=gasping'),
    (all) => all.alarms.length > 0,
  );
  const [alarm] = alarms;
  const notices = () =>
    get<{ notices: { result: string; channel: string; people: string[] }[] }>(`/api/v1/alarms/${alarm?.id}/notices`);
  await eventually(notices, (all) => all.notices.length === 1);
  expect((await notices()).notices[0]).toMatchObject({
    result: 'delivered',
    channel: 'duty',
    people: ['王工'],
    about: 'open',
  });

  // A chat program previews the link: nothing happens.
  const page = await fetch(data.link);
  expect(page.status).toBe(200);
  expect(await page.text()).toContain('我来处理');
  expect((await get<{ alarms: Alarm[] }>('/api/v1/alarms?device=gasping')).alarms[0]?.state).toBe('open');
  const taken = await fetch(data.link, {
    method: 'POST',
    body: new URLSearchParams({ by: '王工', note: '已开增氧机' }),
  });
  expect(await taken.text()).toContain('已确认');
  const { alarms: after } = await get<{ alarms: Alarm[] }>('/api/v1/alarms?device=gasping');
  expect(after[0]).toMatchObject({ state: 'acknowledged', acknowledgedBy: '王工', note: '已开增氧机' });
  const all = await eventually(
    async () => service.received,
    (received) => received.length >= 3,
  );
  expect(JSON.stringify(all.at(-1)?.json)).toContain('王工 已接手');

  const guessed = await fetch(`${platform.urls.http}/a/${data.link.split('/a/')[1]?.slice(0, -3)}abc`);
  expect(guessed.status).toBe(410);
}, 60_000);

it('a drill over the command line goes the whole way; a channel that does not work fails, and is an alarm that the others tell', async () => {
  const [duty, gone] = [await openFakeService(answer({})), await openFakeService(answer('', 410))];
  const { platform, put, get, post } = await runPlatform();
  const daoyu = async (...words: readonly string[]) => {
    const command = runCommand([...words, '--api', platform.urls.http, '--token', platform.token]);
    return { code: await command.ended, printed: command.printed };
  };
  const channelTo = ({ url }: { readonly url: string }) => ({
    kind: 'webhook',
    settings: { url, secret: `whsec_${Buffer.alloc(32, 9).toString('base64')}`, allowPrivate: true },
  });
  await put('/api/v1/channels/duty', channelTo(duty));
  const drill = await daoyu('alarms', 'test', '--by', '王工');
  expect(drill.printed).toMatch(/^duty +delivered after \d+\.\d s, 1 attempt +HTTP_200$/m);
  expect(drill.code).toBe(0);
  expect(duty.received[0]?.json).toMatchObject({ type: 'alarm.drill', data: { isDrill: true, severity: 'critical' } });

  await put('/api/v1/channels/gone', channelTo(gone));
  expect(await post('/api/v1/channels/gone/test', {})).toMatchObject({ is: 'broken', code: 'HTTP_410' });
  const { printed } = await daoyu('channels', 'list');
  expect(printed).toMatch(/^duty +webhook +zh +working since /m);
  expect(printed).toMatch(/^gone +webhook +zh +broken since .* HTTP_410/m);
  const { alarms } = await eventually(
    () => get<{ alarms: Alarm[] }>('/api/v1/alarms?park=platform'),
    (found) => found.alarms.some(({ rule }) => rule === 'channel_failing'),
    20_000,
  );
  expect(alarms.find(({ rule }) => rule === 'channel_failing')?.text.en).toContain('cannot be sent: gone');
  await eventually(() => duty.received.some(({ text }) => text.includes('cannot be sent: gone')), Boolean, 20_000);
}, 90_000);
