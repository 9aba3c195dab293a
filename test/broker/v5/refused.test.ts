/** Messages of MQTT 5 that are not taken, and what the device is told. */
import { describe, expect, it } from 'vitest';
import { openTestBroker } from '../open-test-broker.ts';
import { connectV5, publishV5 } from './v5-client.ts';

describe('what is refused of a message', () => {
  const refusing = (isWhole: boolean, code = 'FIELD_UNKNOWN') =>
    openTestBroker({
      async admit({ onRefused }) {
        const reason = { code, message: 'what would be right' };
        onRefused?.([reason, reason, { code: 'TIME_IN_FUTURE', message: 'y' }], isWhole);
      },
    });

  it('is named in its PUBACK: reason code, reason string, and the codes as user properties', async () => {
    const codes: readonly [string, number][] = [
      ['PAYLOAD_NOT_JSON', 0x99],
      ['PAYLOAD_TOO_DEEP', 0x97],
      ['CHANNEL_UNKNOWN', 0x90],
      ['DEVICE_DISABLED', 0x87],
      ['TIME_TOO_OLD', 0x83],
    ];
    for (const [code, reasonCode] of codes) {
      const { port } = await refusing(true, code);
      const client = await connectV5(port);
      client.send(publishV5(1));
      const puback = await client.next('puback');
      expect(puback).toMatchObject({ messageId: 1, reasonCode });
      expect(puback.properties).toMatchObject({ reasonString: 'what would be right' });
      expect(puback.properties?.userProperties?.code).toEqual([code, 'TIME_IN_FUTURE']);
    }
  });

  it('in part is a success with the codes beside it', async () => {
    const { port } = await refusing(false);
    const client = await connectV5(port);
    client.send(publishV5(1), publishV5(0, 'x', { qos: 0 }), publishV5(2, 'x', { qos: 2 }));
    const puback = await client.next('puback');
    expect(puback.reasonCode).toBe(0);
    expect(puback.properties?.userProperties?.code).toEqual(['FIELD_UNKNOWN', 'TIME_IN_FUTURE']);
    expect((await client.next('pubrec')).reasonCode).toBe(0);
  });

  it('at QoS 2 as a whole ends the exchange: its id is free [MQTT5 4.3.3]', async () => {
    const { port } = await refusing(true, 'PAYLOAD_NOT_JSON');
    const client = await connectV5(port);
    client.send(publishV5(2, 'x', { qos: 2 }));
    expect(await client.next('pubrec')).toMatchObject({ messageId: 2, reasonCode: 0x99 });
    client.send({ cmd: 'pubrel', messageId: 2 });
    expect((await client.next('pubcomp')).reasonCode).toBe(0x92);
  });

  it('is only its code where the client wants no problem information, or could not take it [MQTT-3.1.2-29, MQTT-3.4.2-2]', async () => {
    const { port } = await refusing(true, 'PAYLOAD_NOT_JSON');
    for (const properties of [{ requestProblemInformation: false }, { maximumPacketSize: 40 }]) {
      const client = await connectV5(port, { properties });
      client.send(publishV5(1));
      const puback = await client.next('puback');
      expect(puback.reasonCode).toBe(0x99);
      expect(puback.properties).toBeUndefined();
    }
  });
});

describe('a packet larger than announced', () => {
  it('is quarantined and acknowledged, and then ends the connection: the device does not send it again [MQTT5 3.2.2.3.6]', async () => {
    const oversize: { sizeBytes: number; head: Uint8Array }[] = [];
    const { port } = await openTestBroker({
      limits: { maxPacketBytes: 4096 },
      async admitOversize(message) {
        oversize.push(message);
        message.onRefused?.([{ code: 'PAYLOAD_TOO_LARGE', message: 'send smaller batches' }], true);
      },
    });
    for (const qos of [1, 0, 2]) {
      const client = await connectV5(port);
      client.send(
        publishV5(1),
        publishV5(9, 'x'.repeat(100_000), { qos, properties: { topicAlias: 1, contentType: 'text' } }),
      );
      expect(await client.next('puback')).toMatchObject({ messageId: 1, reasonCode: 0 });
      if (qos > 0)
        expect(await client.next(qos === 1 ? 'puback' : 'pubrec')).toMatchObject({ messageId: 9, reasonCode: 0x97 });
      expect(await client.next('disconnect')).toMatchObject({ reasonCode: 0x95 });
      await client.closed;
    }
    expect(oversize.map(({ sizeBytes, head }) => [sizeBytes, head[0]])).toEqual([
      [100_000, 120],
      [100_000, 120],
      [100_000, 120],
    ]);
  });

  it('that is no publish, or longer than can be swallowed, ends it at once', async () => {
    const { port } = await openTestBroker({ limits: { maxPacketBytes: 4096 } });
    for (const bytes of [
      [0x82, 0xff, 0xff, 0x7f],
      [0x32, 0xff, 0xff, 0xff, 0x7f],
    ]) {
      const client = await connectV5(port);
      client.raw(bytes);
      expect(await client.next('disconnect')).toMatchObject({ reasonCode: 0x95 });
      await client.closed;
    }
  });
});

describe('when the log cannot take it', () => {
  it('there is no acknowledgement, and the connection ends with 0x89: the device sends again', async () => {
    const { port, broker } = await openTestBroker({ admit: async () => Promise.reject(new Error('disk full')) });
    const client = await connectV5(port);
    client.send(publishV5(1), publishV5(2));
    const disconnect = await client.next('disconnect');
    expect(disconnect.reasonCode).toBe(0x89);
    expect(disconnect.properties?.reasonString).toContain('disk full');
    await client.closed;
    expect(client.left).toEqual([]);
    expect(broker.status()).toMatchObject({ acknowledged: 0, inFlight: 0, connections: 0 });
  });

  it('nor after its deadline', async () => {
    const { port, broker } = await openTestBroker({
      admit: () => new Promise(() => {}),
      limits: { admitTimeoutMs: 200 },
    });
    const client = await connectV5(port);
    client.send(publishV5(1));
    expect(await client.next('disconnect')).toMatchObject({ reasonCode: 0x89 });
    expect(broker.status()).toMatchObject({ acknowledged: 0, inFlight: 0 });
  });
});
