/** Holds connections open and does nothing with them. */
import { once } from 'node:events';
import { connect } from 'node:net';
import mqttPacket from 'mqtt-packet';
import type { LoadJob } from './load.ts';

process.once('message', (job) => {
  void hold(job as Pick<LoadJob, 'port' | 'logins'>).then(() => process.send?.('held'));
});

async function hold({ port, logins }: Pick<LoadJob, 'port' | 'logins'>): Promise<void> {
  for (let index = 0; index < logins.length; index += 100) {
    await Promise.all(
      logins.slice(index, index + 100).map(async ({ id, password }) => {
        const socket = connect({ port, host: '127.0.0.1' });
        await once(socket, 'connect');
        socket.write(
          mqttPacket.generate({
            cmd: 'connect',
            protocolId: 'MQTT',
            protocolVersion: 4,
            clean: true,
            clientId: id,
            username: id,
            password: Buffer.from(password),
            keepalive: 600,
          }),
        );
        await once(socket, 'data');
      }),
    );
  }
}
