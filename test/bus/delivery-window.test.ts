/** The window alone, with messages that only note what is asked of them: what the real server answers is tested in jetstream.servers.test.ts. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Delivery } from '../../bus/bus.ts';
import { createDeliveryWindow } from '../../bus/jetstream/delivery-window.ts';
import type { JsMsg } from '../../engines/nats/connection.ts';

function server() {
  const acknowledged: number[] = [];
  const kept: number[] = [];
  const message = (seq: number, subject = 'wanted'): JsMsg =>
    ({
      ...{ seq, subject, timestampNanos: 5_000_000n, string: () => `entry ${seq}` },
      ack: () => void acknowledged.push(seq),
      working: () => void kept.push(seq),
    }) as unknown as JsMsg;
  return { acknowledged, kept, message };
}

const open = () => createDeliveryWindow((subject) => subject === 'wanted');
const positions = (window: ReturnType<typeof open>): number[] => {
  const found: number[] = [];
  for (let delivery = window.take(); delivery !== undefined; delivery = window.take()) found.push(delivery.position);
  return found;
};

describe('the window of a durable consumer', () => {
  it('acknowledges in order and without gaps, whatever order the handler finishes in', () => {
    fc.assert(
      fc.property(
        fc.array(fc.boolean(), { minLength: 1, maxLength: 12 }),
        fc.infiniteStream(fc.nat()),
        (wanted, random) => {
          const { acknowledged, message } = server();
          const window = open();
          for (const [index, isWanted] of wanted.entries())
            window.receive(message(index + 1, isWanted ? 'wanted' : 'other'));
          const given: Delivery[] = [];
          for (let each = window.take(); each !== undefined; each = window.take()) given.push(each);
          const all = wanted.map((_, index) => index + 1);
          const wantedOnes = all.filter((position) => wanted[position - 1]);
          expect(given.map(({ position }) => position)).toEqual(wantedOnes);
          const done = new Set(all.filter((position) => !wanted[position - 1]));
          while (given.length > 0) {
            const [delivery] = given.splice((random.next().value ?? 0) % given.length, 1);
            delivery?.ack();
            done.add(delivery?.position ?? 0);
            const firstGap = all.find((position) => !done.has(position)) ?? wanted.length + 1;
            expect(acknowledged).toEqual(all.filter((position) => position < firstGap));
            expect(window.released()).toBe(firstGap - 1);
          }
          expect(acknowledged).toEqual(all);
        },
      ),
    );
  });

  it('delivers an entry once that the server sends twice, and acknowledges the newest message of it', () => {
    const { acknowledged, message } = server();
    const window = open();
    window.receive(message(1));
    const delivery = window.take();
    const again = server();
    window.receive(again.message(1));
    expect(window.take()).toBeUndefined();
    delivery?.ack();
    expect([acknowledged, again.acknowledged]).toEqual([[], [1]]);
    // The server did not get the acknowledgement either.
    window.receive(message(1));
    expect(acknowledged).toEqual([1]);
    expect(window.take()).toBeUndefined();
  });

  it('goes back to the first unsettled entry on a retry; an acknowledgement from before it does not count', async () => {
    const { acknowledged, message } = server();
    const window = open();
    for (const seq of [1, 2, 3]) window.receive(message(seq));
    const [first, second, third] = [window.take(), window.take(), window.take()];
    first?.ack();
    second?.retry(1);
    third?.retry(1_000_000);
    expect(window.take()).toBeUndefined();
    await window.changed();
    third?.ack();
    expect(positions(window)).toEqual([2, 3]);
    expect(acknowledged).toEqual([1]);
  });

  it('begins behind what the server says is acknowledged, and after a reset at whatever the server sends', () => {
    const { acknowledged, kept, message } = server();
    const window = open();
    window.skipTo(5);
    window.skipTo(3);
    window.receive(message(5));
    window.receive(message(6));
    expect([acknowledged, window.released()]).toEqual([[5], 5]);
    const before = window.take();
    window.keepAlive();
    expect(kept).toEqual([6]);
    window.reset();
    before?.ack();
    expect([acknowledged, window.released()]).toEqual([[5], 0]);
    window.receive(message(6));
    expect(positions(window)).toEqual([6]);
  });

  it('wakes whoever waits for a new entry, a settled one, or its end', async () => {
    const { message } = server();
    const window = open();
    const received = window.changed();
    window.receive(message(1));
    await received;
    const settled = window.changed();
    const delivery = window.take();
    expect(delivery).toMatchObject({ subject: 'wanted', data: 'entry 1', position: 1, appendedAt: 5 });
    delivery?.ack();
    await settled;
    const closed = window.changed();
    window.close();
    await closed;
  });
});
