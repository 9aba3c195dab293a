import { expect, it, onTestFinished } from 'vitest';
import type { DeviceAddress } from '../../base/topics.ts';
import { announcePresence, followPresence } from '../../cluster/presence.ts';
import { openLocalPubSub } from '../../cluster/pubsub/local.ts';
import type { PubSub } from '../../cluster/pubsub/pubsub.ts';

const pond = { park: 'tianyu', device: 'pond-1' };
const van = { park: 'tianyu', device: 'van-1' };

const status = { connections: 1, inFlight: 0, inFlightBytes: 0, refused: { topic: 2 }, received: 3, acknowledged: 3 };
const announce = (pubsub: PubSub, id: string, devices: readonly DeviceAddress[]) =>
  announcePresence(pubsub, id, { devices: () => devices, status: () => status });

async function follow(pubsub: PubSub) {
  let now = 0;
  const presence = await followPresence(pubsub, () => now);
  onTestFinished(() => presence.close());
  const pass = (ms: number) => {
    now += ms;
  };
  return { presence, pass };
}

it('whoever comes late is told who is there, and hears at once who comes and goes', async () => {
  const pubsub = openLocalPubSub();
  const announcer = await announce(pubsub, 'one', [pond]);
  onTestFinished(() => announcer.close());
  const { presence } = await follow(pubsub);
  expect(presence.isConnected(pond)).toBe(true);
  expect(presence.isConnected(van)).toBe(false);
  announcer.note(van, 'online');
  expect(presence.isConnected(van)).toBe(true);
  announcer.note(van, 'offline');
  expect(presence.isConnected(van)).toBe(false);
});

it('a device that left one broker for another is there, whichever word comes last', async () => {
  const pubsub = openLocalPubSub();
  const [one, two] = [await announce(pubsub, 'one', []), await announce(pubsub, 'two', [])];
  onTestFinished(async () => void (await Promise.all([one.close(), two.close()])));
  const { presence } = await follow(pubsub);
  one.note(pond, 'online');
  two.note(pond, 'online');
  one.note(pond, 'offline');
  expect(presence.isConnected(pond)).toBe(true);
});

it('who falls silent is forgotten, who closes at once', async () => {
  const pubsub = openLocalPubSub();
  const one = await announce(pubsub, 'one', []);
  const two = await announce(pubsub, 'two', []);
  onTestFinished(() => one.close());
  const { presence, pass } = await follow(pubsub);
  one.note(pond, 'online');
  two.note(van, 'online');
  await two.close();
  expect(presence.isConnected(van)).toBe(false);
  pass(16_001);
  expect(presence.isConnected(pond)).toBe(false);
});

it('adds up what brokers say of themselves, and ignores what is none of theirs', async () => {
  const pubsub = openLocalPubSub();
  const all = [await announce(pubsub, 'one', []), await announce(pubsub, 'two', [])];
  onTestFinished(async () => void (await Promise.all(all.map((each) => each.close()))));
  const { presence } = await follow(pubsub);
  expect(presence.brokers()).toEqual({
    connections: 2,
    inFlight: 0,
    inFlightBytes: 0,
    refused: { topic: 4 },
    received: 6,
    acknowledged: 6,
  });
  for (const word of [
    null,
    7,
    { of: 3 },
    { of: 'x', online: 'all' },
    { of: 'x', online: ['../up'] },
    { of: 'x', status: { refused: 1 } },
  ])
    pubsub.publish('presence', word);
  expect(presence.brokers().connections).toBe(2);
});

it('who is still heard of is remembered for sixteen seconds from the last word, not from the first', async () => {
  const pubsub = openLocalPubSub();
  const one = await announce(pubsub, 'one', []);
  onTestFinished(() => one.close());
  const { presence, pass } = await follow(pubsub);
  one.note(pond, 'online');
  pass(10_000);
  one.note(pond, 'online');
  pass(16_000);
  expect(presence.isConnected(pond)).toBe(true);
  pass(1);
  expect(presence.isConnected(pond)).toBe(false);
});

it('a fleet larger than a message is announced whole', async () => {
  const pubsub = openLocalPubSub();
  const words: { readonly online?: readonly string[] }[] = [];
  await pubsub.subscribe('presence', (word) => void words.push(word as { online?: readonly string[] }));
  const fleet = Array.from({ length: 2500 }, (_, index) => ({ park: 'tianyu', device: `device-${index}` }));
  const one = await announce(pubsub, 'one', fleet);
  onTestFinished(() => one.close());
  const { presence } = await follow(pubsub);
  expect(fleet.filter((device) => !presence.isConnected(device))).toEqual([]);
  expect(words.map(({ online = [] }) => online.length).filter((count) => count > 0)).toEqual([1000, 1000, 500]);
});

it('the figures of a broker that closed are no longer counted', async () => {
  const pubsub = openLocalPubSub();
  const [one, two] = [await announce(pubsub, 'one', []), await announce(pubsub, 'two', [])];
  onTestFinished(() => one.close());
  const { presence } = await follow(pubsub);
  await two.close();
  expect(presence.brokers()).toMatchObject({ connections: 1, refused: { topic: 2 }, received: 3 });
});
