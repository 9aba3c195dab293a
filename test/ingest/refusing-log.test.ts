/** What intake promises when an append fails: who waited for it sends again, and nothing that is acknowledged hangs on what never got to the disk. */
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DaoyuError } from '../../base/errors.ts';
import { openMemoryBus } from '../../bus/memory.ts';
import { eventually } from '../eventually.ts';
import { NOW, openParts } from './parts.ts';

describe('a log that refuses', () => {
  /** Whose first append waits until it is broken off; the others succeed. */
  function breakable() {
    const memory = openMemoryBus();
    let appends = 0;
    let reject: (error: unknown) => void = () => undefined;
    const bus = {
      ...memory,
      append(entries: Parameters<typeof memory.append>[0]) {
        appends += 1;
        return appends > 1 ? memory.append(entries) : new Promise<never>((_, broken) => (reject = broken));
      },
    };
    return {
      bus,
      begun: () => eventually(() => appends === 1),
      breakOff: () => reject(new DaoyuError('BUS_UNAVAILABLE', 'broken')),
    };
  }

  it('does not take for durable what a later message was added to', async () => {
    const { bus, begun, breakOff } = breakable();
    const { addDevice, publish, stored, row } = await openParts({ bus });
    await addDevice('probe');
    const first = publish('probe', { time: NOW, ph: 7 });
    await begun();
    const added = publish('probe', { time: NOW, dissolved_oxygen: 6 });
    breakOff();
    expect((await Promise.allSettled([first, added])).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await publish('probe', { time: NOW, ph: 7 }, { isResend: true });
    await publish('probe', { time: NOW, dissolved_oxygen: 6 }, { isResend: true });
    expect(await stored()).toMatchObject([{ values: { ph: 7, dissolved_oxygen: 6 } }]);
    expect(await row('probe')).toEqual({ received: 3, stored: 2, duplicate: 1, quarantined: 0 });
  });

  it('rejects a repeat with what it repeats, and takes the resend as the first', async () => {
    const { bus, begun, breakOff } = breakable();
    const { addDevice, publish, stored, row, records } = await openParts({ bus });
    await addDevice('probe');
    const sent = { time: NOW, ph: 7, oddity: 1 };
    const first = publish('probe', sent);
    await begun();
    const repeat = publish('probe', sent);
    breakOff();
    expect((await Promise.allSettled([first, repeat])).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await publish('probe', sent, { isResend: true });
    expect(await stored()).toMatchObject([{ values: { ph: 7 } }]);
    // The repeat is on the log as one, though nobody was told so.
    expect(await row('probe')).toEqual({ received: 2, stored: 1, duplicate: 1, quarantined: 0 });
    expect(await records(1)).toMatchObject([{ reason: { code: 'FIELD_UNKNOWN' } }]);
  });

  it('rejects all that waited for it, remembers nothing, and the resend is taken', async () => {
    const memory = openMemoryBus();
    let isBroken = true;
    const bus = {
      ...memory,
      append: (entries: Parameters<typeof memory.append>[0]) =>
        isBroken ? Promise.reject(new DaoyuError('BUS_UNAVAILABLE', 'broken')) : memory.append(entries),
    };
    const { addDevice, publish, row, told } = await openParts({ bus });
    await addDevice('probe');
    const payloads = [{ time: NOW, ph: 7 }, { ph: 7.5 }, { ph: 99 }];
    const outcomes = await Promise.allSettled(payloads.map((payload) => publish('probe', payload)));
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(told).toEqual([]);
    isBroken = false;
    await Promise.all(payloads.map((payload) => publish('probe', payload, { isResend: true })));
    expect(await row('probe')).toEqual({ received: 3, stored: 2, duplicate: 0, quarantined: 1 });
  });

  it('whatever the log refuses meanwhile: each value that is acknowledged in the end is stored, or in quarantine beside the one that is', async () => {
    const values = fc.dictionary(fc.constantFrom('ph', 'dissolved_oxygen', 'turbidity'), fc.constantFrom(6, 7), {
      minKeys: 1,
    });
    const message = fc.record({ time: fc.constantFrom(NOW - 2000, NOW - 1000), values });
    const messages = fc.array(message, { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(messages, fc.array(fc.boolean(), { maxLength: 6 }), async (sent, refusals) => {
        const memory = openMemoryBus();
        const schedule = [...refusals];
        const bus = {
          ...memory,
          async append(entries: Parameters<typeof memory.append>[0]) {
            await setImmediate();
            if (schedule.shift()) throw new DaoyuError('BUS_UNAVAILABLE', 'broken');
            return memory.append(entries);
          },
        };
        const { addDevice, publish, stored, quarantine, close } = await openParts({ bus });
        await addDevice('probe');
        let waiting = sent.map((each) => ({ ...each, isResend: false }));
        while (waiting.length > 0) {
          const outcomes = await Promise.allSettled(
            waiting.map(async ({ time, values: own, isResend }, index) => {
              // Some while the one before is on its way to the disk, some behind it.
              for (let turn = 0; turn < index % 3; turn++) await setImmediate();
              return publish('probe', { time, ...own }, { isResend });
            }),
          );
          waiting = waiting
            .filter((_, index) => outcomes[index]?.status === 'rejected')
            .map((each) => ({ ...each, isResend: true }));
        }
        const kept = new Map((await stored()).map((reading) => [reading.time, reading.values]));
        await eventually(async () => (await memory.status()).consumers.every(({ pending }) => pending === 0));
        const refused = await quarantine.list({ limit: 1000 });
        for (const { time, values: own } of sent) {
          for (const [field, value] of Object.entries(own)) {
            const found = kept.get(time)?.[field];
            expect(found, `${field} at ${time}`).toBeDefined();
            if (found === value) continue;
            const isTold = refused.some(
              ({ reason, payload }) => reason.code === 'READING_CONFLICT' && payload.includes(`${time}`),
            );
            expect(isTold, `${field} ${value} at ${time} beside ${found}`).toBe(true);
          }
        }
        await close();
      }),
      {
        numRuns: 80,
        examples: [
          // The first append fails while what was added to it is still on its way.
          [
            [
              { time: NOW - 2000, values: { ph: 6 } },
              { time: NOW - 1000, values: { ph: 6, turbidity: 7 } },
              { time: NOW - 1000, values: { turbidity: 6, ph: 6 } },
              { time: NOW - 1000, values: { turbidity: 7 } },
              { time: NOW - 2000, values: { ph: 6 } },
            ],
            [true],
          ],
        ],
      },
    );
  });
});
