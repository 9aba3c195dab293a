/** An application over two parks, with somebody and something in each, so that whatever leaks from one to the other is seen. */
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify';
import { onTestFinished } from 'vitest';
import type { Alarm } from '../../alarms/alarm.ts';
import { openAlarmLog } from '../../alarms/alarm-log.ts';
import { openAlarms } from '../../alarms/alarms.ts';
import { ALARM_PREFIX } from '../../alarms/keeper.ts';
import { buildApp } from '../../api/server.ts';
import { openMemoryBus } from '../../bus/memory.ts';
import type { LiveEvent } from '../../consumers/live-feed.ts';
import { openMemoryKv } from '../../kv/memory.ts';
import type { Grant, Role } from '../../people/roles.ts';
import { openRegistry } from '../../registry/open-registry.ts';
import { GOOD_PASSWORD } from '../people/open-people.ts';
import { apiOptions, NOW, TOKEN } from './running-api.ts';

export const OWN = 'home';
export const FOREIGN = 'abroad';
export const SAME_PAGE = { 'sec-fetch-site': 'same-origin' } as const;
const OPENED = NOW - 60_000;
const label = { zh: '塘', en: 'pond' };

export const alarmIdIn = (park: string) => `${OPENED}-${park === OWN ? 'aaaaaaaaaa' : 'bbbbbbbbbb'}`;
export const recordIdIn = (park: string) => `0001-${park}`;

export interface TwoParks {
  readonly app: FastifyInstance;
  readonly options: Awaited<ReturnType<typeof makeOptions>>;
  /** Headers of a program with these roles. */
  bearing(grants: readonly Grant[]): Promise<{ authorization: string }>;
  /** Headers of a browser in which this account signed in. */
  signedIn(user: string, password?: string): Promise<{ cookie: string; 'sec-fetch-site': string }>;
  addPerson(user: string, role: Role, park?: string): Promise<void>;
  /** Ids of a share link in each park. */
  readonly shares: Readonly<Record<string, string>>;
  send(request: InjectOptions): Promise<LightMyRequestResponse>;
}

async function makeOptions() {
  const { write, ...made } = await apiOptions();
  const { kinds } = made;
  const parks = [OWN, FOREIGN].map((id) => ({ id, label, towns: [] }));
  const sites = parks.map(({ id }) => ({ park: id, id: `pond-of-${id}`, label, type: 'pond' as const }));
  const registry = await openRegistry({
    kv: openMemoryKv(),
    kinds,
    seeds: { parks, sites, profiles: [] },
    clock: () => NOW,
  });
  const kv = openMemoryKv();
  const events: LiveEvent[] = [];
  for (const park of [OWN, FOREIGN]) {
    const device = { park, site: `pond-of-${park}`, device: `probe-of-${park}`, kind: 'aquaculture_pond' };
    await registry.addDevice(device, 'scrypt-secret');
    const reading = { ...device, time: NOW - 60_000, receivedAt: NOW, values: { dissolved_oxygen: 6 } };
    await write([reading]);
    const stocked = { kind: 'stocking', at: NOW - 60_000, by: 'test', values: { count: 1000 } };
    const shift = { field: 'dissolved_oxygen', method: { is: 'offset' as const, add: 0 }, reason: 'test', by: 'test' };
    const span = { at: NOW - 60_000, until: NOW };
    await made.corrections.add({
      id: `shift-of-${park}`,
      park,
      site: device.site,
      device: device.device,
      ...shift,
      ...span,
    });
    await made.events.add({ id: `stocking-${park}`, park, site: device.site, ...stocked });
    events.push({ position: events.length + 1, readings: [reading] });
    const id = alarmIdIn(park);
    const text = { zh: `${park} 缺氧`, en: `oxygen in ${park}` };
    const alarm: Alarm = {
      ...{ id, park, site: device.site, device: device.device, rule: 'dissolved_oxygen_low', class: 'process' },
      ...{
        severity: 'critical',
        state: 'open',
        isBlind: false,
        openedAt: OPENED,
        raisedAt: NOW,
        text,
        action: text,
        seq: 1,
      },
    };
    await kv.put(ALARM_PREFIX + id, alarm);
  }
  const recordOf = (park: string) => ({
    ...{ id: recordIdIn(park), park, device: `probe-of-${park}`, topic: `daoyu/${park}/x`, receivedAt: NOW },
    ...{
      scope: 'message',
      reason: { code: 'PAYLOAD_NOT_JSON', message: 'no JSON' },
      payload: '{',
      payloadEncoding: 'utf8',
    },
  });
  const records = [OWN, FOREIGN].map(recordOf) as never as Awaited<ReturnType<typeof made.quarantine.list>>;
  const counts = { received: 1, stored: 1, duplicate: 0, quarantined: 0, pending: 0 };
  return {
    ...made,
    registry,
    alarmLog: openAlarmLog(kv),
    alarms: await openAlarms({ bus: openMemoryBus(), kv, clock: () => NOW }),
    quarantine: {
      list: async ({ sees = () => true }) => records.filter(({ park }) => sees(park)),
      get: async (id) => records.find((record) => record.id === id),
      replay: async () => ({ accepted: 1, duplicate: 0, refused: [] }),
    } satisfies typeof made.quarantine,
    ledger: {
      account: async () => ({
        rows: [OWN, FOREIGN].map((park) => ({ park, device: `probe-of-${park}`, ...counts })),
        isComplete: true,
      }),
    },
    live: {
      async *follow(_after: unknown, signal: AbortSignal) {
        yield* events;
        if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      },
    },
  };
}

export async function runTwoParks(): Promise<TwoParks> {
  const options = await makeOptions();
  const app = await buildApp(options);
  onTestFinished(() => app.close());
  const { people } = options;
  const shares: Record<string, string> = {};
  const maker = people.byToken(TOKEN);
  for (const park of [OWN, FOREIGN]) {
    const chart = {
      park,
      site: `pond-of-${park}`,
      kind: 'aquaculture_pond',
      fields: ['dissolved_oxygen'],
      span: { lastMs: 3_600_000 },
    };
    if (maker === undefined) throw new Error('the token of the tests is good');
    shares[park] = (await people.shares.make({ title: `pond of ${park}`, chart, lastsMs: 3_600_000 }, maker)).share.id;
  }
  return {
    shares,
    app,
    options,
    async bearing(grants) {
      const { text } = await people.tokens.make({ name: 'test', grants, expiresAt: NOW + 3_600_000 }, 'test');
      return { authorization: `Bearer ${text}` };
    },
    async signedIn(user, password = GOOD_PASSWORD) {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      const payload = new URLSearchParams({ user, password }).toString();
      const answer = await app.inject({ method: 'POST', url: '/sign-in', headers, payload });
      if (answer.statusCode !== 303) throw new Error(`${user} cannot sign in: ${answer.statusCode}`);
      return { cookie: String(answer.headers['set-cookie']).split(';')[0] ?? '', ...SAME_PAGE };
    },
    async addPerson(user, role, park = OWN) {
      await people.accounts.add(
        { user, name: `the ${user}`, grants: [{ role, park }], password: GOOD_PASSWORD },
        'test',
      );
    },
    send: (request) => app.inject(request),
  };
}
