import { inspect } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openNats } from '../../engines/nats/connection.ts';
import { openJetStreamKv } from '../../kv/jetstream.ts';
import type { Kv } from '../../kv/kv.ts';
import { describeKv } from '../contract/kv.ts';
import { type Frame, openLossyProxy } from '../engines/nats/lossy-proxy.ts';
import { eventually } from '../eventually.ts';
import { hasNats, type NatsServer, startNats } from '../servers/nats.ts';

const servers = new WeakMap<Kv, NatsServer>();

async function open(given?: NatsServer, url?: string, onWarning: (message: string) => void = () => {}): Promise<Kv> {
  const server = given ?? (await startNats());
  const kv = await openJetStreamKv({
    url: url ?? server.url,
    replicas: 1,
    clock: Date.now,
    log: { info() {}, warn: (_fields, message) => onWarning(message) },
  });
  servers.set(kv, server);
  onTestFinished(() => kv.close().catch(() => {}));
  return kv;
}

function serverOf(kv: Kv): NatsServer {
  const server = servers.get(kv);
  if (server === undefined) throw new Error('no server');
  return server;
}

const isPubAck = ({ from, line }: Frame) => from === 'server' && /^H?MSG _INBOX\.daoyu-/.test(line);

describe.runIf(hasNats())('on a real server', () => {
  describeKv(
    'JetStream state',
    {
      async reopen(kv) {
        const server = serverOf(kv);
        await kv.close();
        await server.kill();
        await server.start();
        return await open(server);
      },
    },
    () => open(),
  );

  describe('a put', () => {
    it('is not covered by the one before it when the server was killed before it could acknowledge either', async () => {
      const server = await startNats();
      const wire = await openLossyProxy(server.port);
      const kv = await open(server, wire.through(server.url));
      let lost = 0;
      wire.lose((frame) => isPubAck(frame) && ++lost > 0);
      const puts = Promise.all([kv.put('record', 'as it was'), kv.put('record', 'replayed')]);
      await eventually(() => lost > 0);
      // The second, if it is sent before the first is acknowledged.
      await new Promise((resolve) => setTimeout(resolve, 100));
      await server.kill();
      wire.lose(() => false);
      await server.start();
      await puts;
      expect(await kv.get('record')).toMatchObject({ value: 'replayed' });
    });
  });

  describe('a damaged value', () => {
    it('is named in a sentence that quotes none of it, by those who read and by those who watch', async () => {
      const warnings: string[] = [];
      const kv = await open(undefined, undefined, (message) => void warnings.push(message));
      const nats = await openNats({ url: serverOf(kv).url, name: 'another', log: { info() {}, warn() {} } });
      onTestFinished(() => nats.close());
      const other = await nats.buckets.open('DAOYU_STATE');
      await kv.put('device/pond', { hash: 'scrypt$aaaa' });
      for (const text of ['', '{"hash":"scrypt$aaaa"x', 'scrypt$aaaa']) {
        await other.put('device/pond', text);
        const error = await kv.get('device/pond').then(String, (reason: unknown) => reason);
        expect(error).toMatchObject({ code: 'STORAGE_DAMAGED' });
        expect(inspect(error)).toMatch(
          /"device\/pond" in the bucket DAOYU_STATE of NATS .* KV_DAOYU_STATE from a backup/,
        );
        expect(inspect(error)).not.toMatch(/scrypt|hash|aaaa|SyntaxError/);
      }
      await eventually(() => warnings.length === 3);
      expect(warnings.join()).not.toMatch(/scrypt|hash|aaaa/);
      const seen: string[] = [];
      await kv.watch('', ({ key }) => void seen.push(key));
      await other.put('device/paddy', '1');
      await eventually(() => seen.includes('device/paddy'));
    });
  });

  describe('two processes', () => {
    it('see what the other writes, and one of two that make the same key wins', async () => {
      const one = await open();
      const two = await open(serverOf(one));
      const seen: unknown[] = [];
      await two.watch('site/', ({ key, item }) => void seen.push([key, item?.value]));
      await one.put('site/鱼塘 1', { area: 3 });
      await eventually(() => seen.length === 1);
      expect(await two.get('site/鱼塘 1')).toMatchObject({ value: { area: 3 } });
      await one.delete('site/鱼塘 1');
      await eventually(() => seen.length === 2);
      expect(seen).toEqual([
        ['site/鱼塘 1', { area: 3 }],
        ['site/鱼塘 1', undefined],
      ]);
      const made = await Promise.allSettled([one.put('site/鱼塘 1', 1, 0), two.put('site/鱼塘 1', 2, 0)]);
      expect(made.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    });

    it('miss nothing of each other while the server is killed and started', async () => {
      const one = await open();
      const server = serverOf(one);
      const two = await open(server);
      const seen = new Set<string>();
      await two.watch('n/', ({ key }) => void seen.add(key));
      const writing = (async () => {
        for (let index = 0; index < 200; index++) await one.put(`n/${index}`, index);
      })();
      for (let kill = 0; kill < 2; kill++) {
        await eventually(() => seen.size > kill * 60 + 20);
        await server.kill();
        await server.start();
      }
      await writing;
      await eventually(() => seen.size === 200, Boolean, 20_000);
    }, 60_000);
  });
});
