import { expect, it, onTestFinished } from 'vitest';
import { type DeviceAddress, SLUG } from '../../base/topics.ts';
import { openDownlink, sendOverPubSub } from '../../cluster/downlink.ts';
import type { Presence } from '../../cluster/presence.ts';
import { openLocalPubSub } from '../../cluster/pubsub/local.ts';
import type { PubSub } from '../../cluster/pubsub/pubsub.ts';

const pond = { park: 'tianyu', device: 'pond-1' };
const nameOf = ({ park, device }: DeviceAddress) => `${park}/${device}`;

interface World {
  /** Process → devices connected to it. */
  readonly connected: Readonly<Record<string, readonly DeviceAddress[]>>;
  readonly bridges?: readonly string[];
}

/** Processes on one line; `said` lists who handed what to which device. */
async function open({ connected, bridges = [] }: World, pubsub: PubSub = openLocalPubSub()) {
  const said: string[] = [];
  const isAnywhere = ({ park, device }: DeviceAddress) =>
    Object.values(connected)
      .flat()
      .some((each) => each.park === park && each.device === device);
  const presence = { isConnected: isAnywhere } as Presence;
  const tells = new Map<string, Awaited<ReturnType<typeof openDownlink>>>();
  for (const [process, devices] of Object.entries(connected)) {
    const isHere = (device: DeviceAddress) => devices.some((each) => nameOf(each) === nameOf(device));
    const tell = (who: string) => async (device: DeviceAddress, channel: string, payload: string) => {
      said.push(`${who} ${nameOf(device)} ${channel} ${payload}`);
    };
    const broker = { tell: tell(process), isConnected: isHere };
    const bridge = bridges.includes(process) ? { tell: tell(`${process}-bridge`) } : undefined;
    const downlink = await openDownlink(pubsub, () => ({ broker, bridge, presence }));
    onTestFinished(() => downlink.close());
    tells.set(process, downlink);
  }
  const from = (process: string) => {
    const found = tells.get(process);
    if (found === undefined) throw new Error(`no ${process}`);
    return found;
  };
  return { said, from, pubsub, presence };
}

it('a device that is here is told here, and by nobody else', async () => {
  const { said, from } = await open({ connected: { one: [pond], two: [] }, bridges: ['one', 'two'] });
  await from('one').tell(pond, 'errors', 'x');
  expect(said).toEqual(['one tianyu/pond-1 errors x']);
});

it('a device that another process has is told by that one', async () => {
  const { said, from } = await open({ connected: { one: [], two: [pond], three: [] }, bridges: ['one'] });
  await from('one').tell(pond, 'commands/aerator', 'on');
  expect(said).toEqual(['two tianyu/pond-1 commands/aerator on']);
});

it('for a device that is nowhere our broker keeps it for its session, and our bridge hands it on', async () => {
  const { said, from } = await open({ connected: { one: [], two: [] }, bridges: ['one'] });
  await from('one').tell(pond, 'errors', 'x');
  expect(said).toEqual(['one tianyu/pond-1 errors x', 'one-bridge tianyu/pond-1 errors x']);
});

it('a process without devices reaches the one that has it', async () => {
  const { said, pubsub, presence } = await open({ connected: { one: [], two: [pond] }, bridges: ['one'] });
  await sendOverPubSub(pubsub, presence)(pond, 'errors', 'x');
  expect(said).toEqual(['two tianyu/pond-1 errors x']);
});

it('and, for a device that is nowhere, every broker and the bridge', async () => {
  const { said, pubsub, presence } = await open({ connected: { one: [], two: [] }, bridges: ['two'] });
  await sendOverPubSub(pubsub, presence)(pond, 'errors', 'x');
  expect(said).toEqual(['one', 'two', 'two-bridge'].map((by) => `${by} tianyu/pond-1 errors x`));
});

it('says nothing once it is closed', async () => {
  const { said, from, pubsub, presence } = await open({ connected: { one: [pond] }, bridges: ['one'] });
  await from('one').close();
  await sendOverPubSub(pubsub, presence)(pond, 'errors', 'x');
  pubsub.publish('tell-bridge', { device: pond, channel: 'errors', payload: 'x' });
  expect(said).toEqual([]);
});

it('makes no topic of what a stranger on the same line says', async () => {
  const { said, pubsub } = await open({ connected: { one: [pond] }, bridges: ['one'] });
  const good = { device: pond, channel: 'errors', payload: 'x' };
  expect(SLUG.test('pond-1')).toBe(true);
  for (const wrong of [
    null,
    'errors',
    { ...good, device: null },
    { ...good, device: { park: 'tianyu' } },
    { ...good, device: { ...pond, park: '../x' } },
    { ...good, device: { ...pond, device: 'a/b' } },
    { ...good, channel: 7 },
    { ...good, channel: 'telemetry' },
    { ...good, channel: 'commands/' },
    { ...good, channel: 'commands/a/b' },
    { ...good, channel: `commands/${'x'.repeat(65)}` },
    { ...good, payload: 1 },
  ]) {
    pubsub.publish('tell', wrong);
    pubsub.publish('tell-bridge', wrong);
  }
  expect(said).toEqual([]);
  pubsub.publish('tell', { ...good, channel: `commands/${'x'.repeat(64)}` });
  expect(said).toHaveLength(1);
});
