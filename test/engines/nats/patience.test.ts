import { expect, it } from 'vitest';
import { DaoyuError } from '../../../base/errors.ts';
import type { Nats } from '../../../engines/nats/connection.ts';
import { JETSTREAM_CODES, jetStreamCode } from '../../../engines/nats/connection.ts';
import { patiently } from '../../../engines/nats/patience.ts';

/** As the stream of the log tells it: our error around our error around the client's. */
function unsuitable(code: number): DaoyuError {
  const cause = Object.assign(new Error('as the server says it'), { code });
  const unavailable = new DaoyuError('BUS_UNAVAILABLE', 'does not answer as it should', { cause });
  return new DaoyuError('BUS_UNSUITABLE', 'will not keep the stream', { cause: unavailable });
}

const log = { info() {}, warn() {} };
const natsIn = (cluster: string | undefined) =>
  ({ raw: { isClosed: () => false, info: { cluster } } }) as unknown as Nats;

/** Fails so many times, then answers with how often it was tried. */
function failing(error: unknown, times: number) {
  let tries = 0;
  return async () => {
    tries += 1;
    if (tries <= times) throw error;
    return tries;
  };
}

it('finds the code of the server behind our own errors, however many', () => {
  expect(jetStreamCode(unsuitable(JETSTREAM_CODES.noSuitablePeers))).toBe(JETSTREAM_CODES.noSuitablePeers);
  expect(jetStreamCode(new DaoyuError('BUS_UNAVAILABLE', 'nothing behind it'))).toBeUndefined();
});

it('waits for servers of a cluster that do not know each other yet, and for nothing else', async () => {
  const noPeers = unsuitable(JETSTREAM_CODES.noSuitablePeers);
  expect(await patiently(natsIn('daoyu'), log, 'log', failing(noPeers, 1))).toBe(2);
  await expect(patiently(natsIn(undefined), log, 'log', failing(noPeers, 1))).rejects.toBe(noPeers);
  const overlap = unsuitable(JETSTREAM_CODES.subjectsOverlap);
  await expect(patiently(natsIn('daoyu'), log, 'log', failing(overlap, 1))).rejects.toBe(overlap);
});
