import mqtt from 'mqtt';
import { describe, expect, it, onTestFinished } from 'vitest';
import { hashPassword } from '../../broker/credentials.ts';
import { eventually } from '../eventually.ts';
import { openTestBroker, PASSWORD } from './open-test-broker.ts';

const ID = 'park.probe.observer';
const ERRORS = 'daoyu/park/probe/errors';

async function openObserved() {
  const hash = await hashPassword(PASSWORD);
  const presence: string[] = [];
  const test = await openTestBroker({
    findCredential: (username) => {
      const [park = '', device = '', role] = username.split('.');
      return { park, device: role === 'observer' ? `${device}.observer` : device, passwordHashes: [hash] };
    },
    onPresence: ({ device }, status) => void presence.push(`${device} ${status}`),
  });
  const listen = async (protocolVersion: 4 | 5, clientId = ID) => {
    const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${test.port}`, {
      ...{ clientId, username: ID, password: PASSWORD, reconnectPeriod: 0, protocolVersion },
    });
    client.on('error', () => {});
    onTestFinished(() => client.endAsync(true));
    const heard: string[] = [];
    client.on('message', (topic, payload) => void heard.push(`${topic} ${payload}`));
    return { client, heard };
  };
  return { ...test, presence, listen };
}

describe.each([4, 5] as const)('the observer of a device, MQTT level %i', (level) => {
  it('hears what the device is told, beside it, and takes no connection away from it', async () => {
    const { broker, connect, listen, presence } = await openObserved();
    const device = await connect('probe');
    const told: string[] = [];
    device.on('message', (_topic, payload) => void told.push(String(payload)));
    await device.subscribeAsync(ERRORS, { qos: 1 });
    const { client, heard } = await listen(level);
    await client.subscribeAsync([ERRORS, 'daoyu/park/probe/commands/#'], { qos: 1 });
    await broker.tell({ park: 'park', device: 'probe' }, 'errors', 'a word');
    await broker.tell({ park: 'park', device: 'probe' }, 'commands/aerator', 'on');
    await eventually(() => heard.length === 2 && told.length === 1);
    expect(heard).toEqual([`${ERRORS} a word`, 'daoyu/park/probe/commands/aerator on']);
    expect(told).toEqual(['a word']);
    expect(device.connected).toBe(true);
    // Nor does it make a device of itself.
    expect(presence).toEqual(['probe online']);
    expect(broker.devices()).toEqual([{ park: 'park', device: 'probe' }]);
    await device.endAsync();
    await eventually(() => !broker.isConnected({ park: 'park', device: 'probe' }));
    expect(client.connected).toBe(true);
  });

  it.each(['daoyu/park/probe/telemetry', 'daoyu/park/probe.observer/telemetry', 'daoyu/park/probe/replies'])(
    'publishes nothing on %s',
    async (topic) => {
      const { admitted, listen } = await openObserved();
      const { client } = await listen(level);
      const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
      client.publish(topic, '{"dissolved_oxygen": 1}', { qos: 1 }, () => {});
      await closed;
      expect(admitted).toEqual([]);
    },
  );

  it('reads nothing of other devices, cannot take their name, and is out with the device', async () => {
    const { broker, listen } = await openObserved();
    const { client } = await listen(level);
    const granted = await client.subscribeAsync('daoyu/park/other/errors', { qos: 1 }).catch(() => [{ qos: 128 }]);
    expect(granted[0]?.qos).toBeGreaterThanOrEqual(128);
    await expect(listen(level, 'park.probe')).rejects.toThrow();
    const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
    broker.disconnect({ park: 'park', device: 'probe' });
    await closed;
  });
});
