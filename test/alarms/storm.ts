/** A storm of alarms while processes are killed, and channels that misbehave each in its own way: what people were told, and what the log holds. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import mqtt from 'mqtt';
import { onTestFinished } from 'vitest';
import type { Alarm, Transition } from '../../alarms/alarm.ts';
import { parseTransition } from '../../alarms/keeper.ts';
import type { NoticeOutcome } from '../../alarms/notify/notice-outcome.ts';
import type { Bus } from '../../bus/bus.ts';
import { eventually } from '../eventually.ts';
import { httpClient } from '../http-client.ts';
import type { Credentials } from '../running-platform.ts';

export interface Stack {
  readonly http: string;
  readonly mqtt: string;
  readonly token: string;
  /** Ends a process at once and starts it again; with its name. */
  kill(count: number): Promise<string>;
  /** The log as it is behind the storm, when all that may write has ended. */
  end(): Promise<Bus>;
}

export interface Outcome {
  readonly alarms: number;
  /** Critical ones of which no notice was delivered, nor is seen to have failed. */
  readonly untold: number;
  readonly delivered: number;
  readonly failed: number;
  /** Messages that the service took more than once. */
  readonly repeatedNotices: number;
  /** On the log once more after a crash, with the same origin: readers skip them. */
  readonly repeatedEntries: number;
  /** Of one number, but another origin or another content: what must never be. */
  readonly contradictions: number;
  /** Numbers that are missing on the log. */
  readonly gaps: number;
}

const MINUTE = 60_000;

export async function storm(stack: Stack, { alarms, kills }: { readonly alarms: number; readonly kills: number }) {
  const services = await openServices();
  const { get, put, post } = httpClient(stack.http, stack.token);
  const secret = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;
  const webhook = (path: string) => ({
    kind: 'webhook',
    settings: { url: services.url + path, secret, allowPrivate: true },
  });
  await put('/api/v1/channels/errs', {
    kind: 'dingtalk',
    settings: { accessToken: 'token', endpoint: `${services.url}/errs`, allowPrivate: true },
  });
  for (const name of ['busy', 'hangs', 'cuts', 'works']) await put(`/api/v1/channels/${name}`, webhook(`/${name}`));
  await put('/api/v1/alarm-plan', {
    people: [{ name: '王工', channels: ['errs', 'busy', 'hangs', 'cuts', 'works'] }],
    ...{ shifts: [], exceptions: [], steps: [{ afterMinutes: 0, who: 'everyone' }] },
    repeatMinutes: { critical: 600, warning: 600 },
  });
  const devices: Credentials[] = [];
  for (let index = 0; index < alarms; index++) {
    const body = { park: 'daoyu', site: 'storm-site', device: `storm-${index}`, kind: 'aquaculture_pond' };
    devices.push(await post<Credentials>('/api/v1/devices', body));
  }
  const killed: string[] = [];
  const each = Math.ceil(devices.length / (kills + 1));
  for (let kill = 0; kill <= kills; kill++) {
    const telling = Promise.all(devices.slice(kill * each, (kill + 1) * each).map((device) => gasp(stack, device)));
    if (kill < kills) {
      await new Promise((resolve) => setTimeout(resolve, 300 + Math.random() * 1500));
      killed.push(await stack.kill(kill));
    }
    await telling;
  }

  const told = new Map<string, readonly NoticeOutcome[]>();
  const isTold = ({ result, channel }: NoticeOutcome) => result === 'delivered' && channel === 'works';
  const raised = async () => {
    const { alarms: all } = await get<{ alarms: Alarm[] }>('/api/v1/alarms?park=daoyu&limit=1000');
    return all.filter(({ rule, severity }) => rule === 'dissolved_oxygen_low' && severity === 'critical');
  };
  const found = await eventually(raised, (all) => all.length === alarms, 60_000);
  await eventually(
    async () => {
      for (const { id } of found) {
        if (told.get(id)?.some(isTold)) continue;
        told.set(id, (await get<{ notices: NoticeOutcome[] }>(`/api/v1/alarms/${id}/notices`)).notices);
      }
      return found.filter(({ id }) => !told.get(id)?.some(isTold)).length;
    },
    (untold) => untold === 0,
    60_000 + alarms * 1500,
  ).catch(() => undefined);
  const all = [...told.values()].flat();
  const bus = await stack.end();
  const outcome: Outcome = {
    alarms: found.length,
    untold: found.filter(({ id }) => (told.get(id) ?? []).length === 0).length,
    delivered: found.filter(({ id }) => told.get(id)?.some(isTold)).length,
    failed: all.filter(({ result }) => result !== 'delivered').length,
    repeatedNotices: [...services.taken.values()].reduce((sum, count) => sum + count - 1, 0),
    ...judged(await transitionsOn(bus)),
  };
  await bus.close();
  services.close();
  return { outcome, killed };
}

/** A backlog of a pond that has lost its oxygen, sent until it is acknowledged. */
async function gasp({ mqtt: url }: Stack, { clientId, username, password, topics }: Credentials): Promise<void> {
  const now = Date.now();
  const readings = [20, 15, 10, 5, 0].map((minutes) => ({ time: now - minutes * MINUTE, dissolved_oxygen: 2 }));
  for (;;) {
    const options = { clientId, username, password, reconnectPeriod: 0, connectTimeout: 2000 };
    // `connectAsync` would wait for ever for a connection that ends before its CONNACK.
    const client = mqtt.connect(url, options);
    client.on('error', () => {});
    const lost = new Promise<false>((resolve) => client.once('close', () => resolve(false)));
    const sent = client.publishAsync(topics.telemetry, JSON.stringify(readings), { qos: 1 }).then(
      () => true,
      () => false,
    );
    const isSent = await Promise.race([sent, lost]);
    client.end(true);
    if (isSent) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Errors inside HTTP 200, 429, silence, a connection cut; and one that works and counts by key. */
async function openServices() {
  const taken = new Map<string, number>();
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      const path = new URL(request.url ?? '/', 'http://fake').pathname;
      if (path === '/errs') response.end('{"errcode":310000,"errmsg":"keywords not in content"}');
      if (path === '/busy') response.writeHead(429, { 'retry-after': '5' }).end();
      if (path === '/cuts') response.socket?.destroy();
      if (path !== '/works') return;
      const key = String(request.headers['webhook-id']);
      taken.set(key, (taken.get(key) ?? 0) + 1);
      response.end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  onTestFinished(close);
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, taken, close };
}

async function transitionsOn(bus: Bus): Promise<readonly Transition[]> {
  const { lastPosition } = await bus.status();
  const found: Transition[] = [];
  // The clock is on the log as well, so the end of it is seen.
  for await (const { data, subject, position } of await bus.consume({ subjects: ['daoyu.>'], from: 'first' })) {
    const transition = subject.startsWith('daoyu.alarms.') ? parseTransition(data) : undefined;
    if (transition !== undefined) found.push(transition);
    if (position >= lastPosition) return found;
  }
  return found;
}

function judged(transitions: readonly Transition[]): Pick<Outcome, 'repeatedEntries' | 'contradictions' | 'gaps'> {
  const byNumber = new Map<string, string>();
  const highest = new Map<string, number>();
  let [repeatedEntries, contradictions] = [0, 0];
  for (const transition of transitions) {
    const key = `${transition.alarm.id} ${transition.seq}`;
    const text = JSON.stringify(transition);
    const known = byNumber.get(key);
    if (known === undefined) byNumber.set(key, text);
    else if (known === text) repeatedEntries += 1;
    else contradictions += 1;
    highest.set(transition.alarm.id, Math.max(highest.get(transition.alarm.id) ?? 0, transition.seq));
  }
  const numbers = [...highest.values()].reduce((sum, seq) => sum + seq, 0);
  return { repeatedEntries, contradictions, gaps: numbers - byNumber.size };
}
