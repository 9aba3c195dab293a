/** Steps of a start that a cluster cannot answer yet: it chooses leaders, makes what another process asked for as well, or does not know all its servers. */

import { setTimeout as wait } from 'node:timers/promises';
import { codeOf } from '../../base/errors.ts';
import type { Log } from '../../base/logger.ts';
import { JETSTREAM_CODES, jetStreamCode, type Nats } from './connection.ts';

/** A cluster that came up at the same moment has chosen all its leaders well before. */
const UNAVAILABLE_FOR_MS = 60_000;
/** Servers that do not know each other yet have too little room for three replicas. */
const UNSUITABLE_FOR_MS = 10_000;
const AGAIN_AFTER_MS = 500;

/** Repeats a step that may run twice until it succeeds; rejects with its last error when that stays, or is none that passes. */
export async function patiently<T>(
  nats: Nats,
  log: Pick<Log, 'info' | 'warn'>,
  step: string,
  work: () => Promise<T>,
): Promise<T> {
  const startedAt = performance.now();
  for (let isSaid = false; ; isSaid = true) {
    try {
      return await work();
    } catch (error) {
      if (nats.raw.isClosed() || performance.now() - startedAt > passesWithin(nats, error)) throw error;
      if (!isSaid) log.warn({ step, problem: (error as Error).message }, 'waiting for JetStream');
      await wait(AGAIN_AFTER_MS);
    }
  }
}

function passesWithin(nats: Nats, error: unknown): number {
  if (codeOf(error) === 'BUS_UNAVAILABLE') return UNAVAILABLE_FOR_MS;
  const code = jetStreamCode(error);
  const lacksRoom = code === JETSTREAM_CODES.noSuitablePeers || code === JETSTREAM_CODES.insufficientResources;
  return lacksRoom && nats.raw.info?.cluster !== undefined ? UNSUITABLE_FOR_MS : 0;
}
