/** A siren that a device of the platform drives, over a real connection. */
import { expect, it, onTestFinished, vi } from 'vitest';
import { CHANNEL_KINDS } from '../../../alarms/channels/channels.ts';
import type { ChannelBook } from '../../../alarms/notify/channel-book.ts';
import { keepSirensQuiet } from '../../../app/siren.ts';
import type { PubSub } from '../../../cluster/pubsub/pubsub.ts';
import { silent } from '../../ingest/parts.ts';
import { runPlatform } from '../../running-platform.ts';

interface Heard {
  readonly topic: string;
  readonly id?: string;
  readonly value?: { readonly seconds: number; readonly text: string };
}

it('sounds for a drill, shortly, and counts as told when the device says that it does', async () => {
  const { addDevice, connect, put, post } = await runPlatform();
  const device = await addDevice('horn', 'aquaculture_pond');
  const settings = { park: 'daoyu', device: 'horn', seconds: 90 };
  await put('/api/v1/channels/yard', { kind: 'siren', settings });
  const heard: Heard[] = [];
  const client = await connect(device);
  let state = 'done';
  client.on('message', (topic, payload) => {
    const command = JSON.parse(String(payload)) as Heard;
    heard.push({ ...command, topic });
    if (command.id === undefined) return;
    client.publish('daoyu/daoyu/horn/replies', JSON.stringify({ id: command.id, state, message: 'no horn' }), {
      qos: 1,
    });
  });
  await client.subscribeAsync('daoyu/daoyu/horn/commands/#', { qos: 1 });
  expect(await post('/api/v1/channels/yard/test', {})).toEqual({ is: 'delivered', code: 'DONE' });
  expect(heard.find(({ id }) => id !== undefined)).toMatchObject({
    topic: 'daoyu/daoyu/horn/commands/siren',
    value: { seconds: 5, text: expect.stringContaining('【演练】') },
  });
  state = 'failed';
  expect(await post('/api/v1/channels/yard/test', {})).toEqual({ is: 'broken', code: 'SIREN_FAILED', why: 'no horn' });
}, 60_000);

it('sounds as long as asked for a critical alarm, and names what is wrong with its settings', async () => {
  const kind = CHANNEL_KINDS.get('siren');
  const orders: unknown[] = [];
  const order = async (asked: object) => {
    orders.push(asked);
    return { state: 'received' as const };
  };
  const channel = kind?.create({ park: 'tianyu', device: 'horn' }, { language: 'zh', clock: () => 0, order });
  const title = { zh: '1 号塘缺氧', en: 'pond 1 lacks oxygen' };
  expect(await channel?.send({ dedupKey: 'k', severity: 'critical', title, lines: [] })).toMatchObject({
    is: 'delivered',
  });
  expect(orders).toEqual([
    { park: 'tianyu', device: 'horn', name: 'siren', key: 'k', value: { seconds: 60, text: '严重：1 号塘缺氧' } },
  ]);
  const unheard = kind?.create(
    { park: 'tianyu', device: 'horn' },
    { language: 'zh', clock: () => 0, order: async () => ({ state: 'sent' }) },
  );
  expect(await unheard?.send({ dedupKey: 'k', severity: 'critical', title, lines: [] })).toMatchObject({
    is: 'retry',
    code: 'SIREN_SILENT',
  });
  expect([...(kind?.problemsOf({ park: 'tianyu', device: '塘', seconds: 0 }) ?? [])].join('; ')).toMatch(
    /device must be an id.*seconds must be a whole number from 1 to 600/,
  );
});

it('hears once a minute that the platform lives', () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const sent: unknown[] = [];
  const pubsub = { publish: (_subject: string, message: unknown) => void sent.push(message) } as unknown as PubSub;
  const presence = { isConnected: () => true } as unknown as Parameters<typeof keepSirensQuiet>[0]['presence'];
  const record = { name: 'yard', kind: 'siren', language: 'zh', settings: { park: 'tianyu', device: 'horn' } } as const;
  const other = { ...record, name: 'mail', kind: 'email' } as const;
  const book: Pick<ChannelBook, 'channels'> = { channels: () => [record, other] };
  const sirens = keepSirensQuiet({ pubsub, presence, clock: () => 1000, log: silent }, book);
  vi.advanceTimersByTime(120_000);
  sirens.close();
  vi.advanceTimersByTime(120_000);
  expect(sent).toHaveLength(3);
  expect(sent[0]).toMatchObject({
    device: { park: 'tianyu', device: 'horn' },
    channel: 'commands/heartbeat',
    payload: '{"at":1000,"everyMs":60000}',
  });
});
