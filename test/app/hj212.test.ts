/** A data logger of HJ 212-2017 on the listener: answered when its packet is durable. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { DaoyuError } from '../../base/errors.ts';
import { hj212Frame } from '../../base/hj212-frame.ts';
import { eventually } from '../eventually.ts';
import type { LedgerAnswer } from '../ledger-answer.ts';
import { type RunningPlatform, runPlatform } from '../running-platform.ts';

const MN = '010000A8900016F000169DC0';
const PW = '123456';

const packet = (dataTime: string, oxygen: string, more: { readonly pw?: string; readonly flag?: number } = {}) =>
  hj212Frame(
    `QN=20260720120000001;ST=21;CN=2011;PW=${more.pw ?? PW};MN=${MN};Flag=${more.flag ?? 5};CP=&&DataTime=${dataTime};w01009-Rtd=${oxygen},w01009-Flag=N;w01001-Rtd=7.1,w01001-Flag=N&&`,
  );

async function open(options: Parameters<typeof runPlatform>[1] = {}) {
  const running = await runPlatform({ DAOYU_HJ212_PORT: '0' }, options);
  await running.addDevice('station', 'aquaculture_pond', { ids: [MN] });
  await running.patch('/api/v1/devices/daoyu/station', { framePassword: PW });
  const { port } = new URL(running.platform.urls.hj212 ?? '');
  return { running, dial: () => dial(Number(port)) };
}

async function dial(port: number) {
  const socket: Socket = connect(port, '127.0.0.1');
  let heard = '';
  socket.on('data', (bytes) => {
    heard += bytes.toString('latin1');
  });
  socket.on('error', () => {});
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  const answers = () => heard.match(/##\d{4}[^\r]*\r\n/g) ?? [];
  return {
    socket,
    answers,
    answered: (count: number) =>
      eventually(
        async () => answers(),
        (list) => list.length >= count,
      ),
  };
}

async function row(running: RunningPlatform) {
  const { ledger } = await running.get<LedgerAnswer>('/api/v1/ledger?park=daoyu');
  return ledger.find(({ device }) => device === 'station');
}

it('is stored once, however often the logger sends it, and answered with 9014', async () => {
  const { running, dial: dialIn } = await open();
  const { socket, answered } = await dialIn();
  const text = `noise${packet('20260720120000', '6.4')}${packet('20260720120000', '6.4')}${packet('20260720120100', '6.5')}`;
  // However the network cuts it.
  for (let at = 0; at < text.length; at += 37) socket.write(text.slice(at, at + 37));
  const answers = await answered(3);
  expect(answers[0]).toBe(hj212Frame(`QN=20260720120000001;ST=91;CN=9014;PW=${PW};MN=${MN};Flag=4;CP=&&&&`));
  const found = await eventually(
    () => row(running),
    (each) => each !== undefined && each.received === 3 && each.pending === 0,
  );
  expect(found).toMatchObject({ stored: 2, duplicate: 1, quarantined: 0 });
});

it('is not answered where it asks for none, nor where its CRC is wrong; that one is in quarantine', async () => {
  const { running, dial: dialIn } = await open();
  const { socket, answered, answers } = await dialIn();
  socket.write(packet('20260720120000', '6.4', { flag: 4 }));
  socket.write(packet('20260720120100', '6.5').replace('6.5', '6.6'));
  socket.write(packet('20260720120200', '6.7'));
  await answered(1);
  const found = await eventually(
    () => row(running),
    (each) => each !== undefined && each.received === 4 - 1 && each.pending === 0,
  );
  expect(found).toMatchObject({ stored: 2, quarantined: 1 });
  expect(answers()).toHaveLength(1);
});

it('with a wrong password is told so and closed', async () => {
  const { running, dial: dialIn } = await open();
  const { socket, answered } = await dialIn();
  const closed = once(socket, 'close');
  socket.write(packet('20260720120000', '6.4', { pw: '000000' }));
  expect((await answered(1))[0]).toMatch(/CN=9011;.*QnRtn=3/);
  await closed;
  expect((await row(running))?.received ?? 0).toBe(0);
});

it('gets no answer while the log takes nothing, and is stored when it comes again', async () => {
  let isFull = true;
  const full = () => Promise.reject(new DaoyuError('BUS_FULL', 'the log is full'));
  const { running, dial: dialIn } = await open({
    wrapAdmit: (admit) => (message) => (isFull ? full() : admit(message)),
  });
  const first = await dialIn();
  const closed = once(first.socket, 'close');
  first.socket.write(packet('20260720120000', '6.4'));
  await closed;
  expect(first.answers()).toEqual([]);
  isFull = false;
  const second = await dialIn();
  second.socket.write(packet('20260720120000', '6.4'));
  await second.answered(1);
  await eventually(
    () => row(running),
    (each) => each?.stored === 1 && each.received === 1,
  );
});

it('its password is nowhere in the audit trail, not even as a hash', async () => {
  const { running } = await open();
  await running.patch('/api/v1/devices/daoyu/station', { framePassword: '654321' });
  const trail = JSON.stringify(await running.get('/api/v1/audit?what=device&limit=50'));
  expect(trail).toMatch(/station/);
  expect(trail).not.toMatch(/scrypt|framePassword|654321/);
});
