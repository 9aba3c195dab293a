/**
 * Copies a stopped installation from its data folder to servers: first the log, which keeps its positions, then the state, the readings, and last the
 * store's position and ledger. A platform started on the servers continues as if it had always run there.
 */
import { createHash } from 'node:crypto';
import { DaoyuError } from '../../base/errors.ts';
import type { Log } from '../../base/logger.ts';
import { subjects } from '../../base/topics.ts';
import type { Kv } from '../../kv/kv.ts';
import type { LedgerRow, Store } from '../../store/store.ts';
import { openBus, openKv, openStore, sharedForms, sharedParts } from '../backends.ts';
import type { Config } from '../config.ts';
import { openParts, type Parts } from '../open-parts.ts';
import { planWriters } from '../store-writers.ts';
import { moveLog } from './move-log.ts';
import { type Counts, countReadings, moveReadings, positionOf, remainderOf } from './move-readings.ts';
import { moveState, put } from './move-state.ts';

export interface Moved {
  readonly entries: number;
  readonly items: number;
  readonly readings: number;
  readonly values: number;
}

export interface MoveOptions {
  /** Names the servers; its data folder is the source. */
  readonly config: Config;
  readonly log: Log;
  readonly onProgress: (what: string) => void;
}

/** Marks from the first step on whose installation the servers hold. */
const MARK = 'move/source';

/**
 * Continues an interrupted move when it is called again. Rejects with `MOVE_TARGET_TAKEN` if the servers hold something else, `MOVE_DIFFERS` if they do
 * not hold everything in the end.
 */
export async function moveInstallation({ config, log, onProgress }: MoveOptions): Promise<Moved> {
  const { isLogShared, isStoreShared } = sharedParts(config);
  if (!isLogShared || !isStoreShared)
    throw new DaoyuError(
      'OPTION_INVALID',
      `set the servers to move to: DAOYU_BUS_URL=${sharedForms.bus} and DAOYU_STORE_URL=${sharedForms.store}`,
    );
  const source = await openParts({ ...config, busUrl: 'embedded', storeUrl: 'embedded' }, log);
  try {
    return await moveTo(source, config, log, onProgress);
  } finally {
    await source.close();
  }
}

async function moveTo(source: Parts, config: Config, log: Log, onProgress: MoveOptions['onProgress']): Promise<Moved> {
  const { kinds, dataFolder, clock, space } = source;
  const context = { config, folder: dataFolder, clock, space, log };
  const problem = (await source.store.status()).problem;
  if (problem !== undefined) throw new DaoyuError(problem.code, problem.message);
  const kv = await openKv(context);
  try {
    await claim(kv, source);
    const { firstPosition } = await source.bus.status();
    const bus = await openBus(context, firstPosition);
    const entries = await moveLog(source.bus, bus, (done, of) => onProgress(`log: ${done} of ${of} entries`)).finally(
      () => bus.close(),
    );
    const items = await moveState(source.kv, kv);
    onProgress(`state: ${items} items`);
    const store = await openStore(context, kinds, kv);
    try {
      const moved = await moveReadings(source.store, store, kinds.values(), (count) =>
        onProgress(`store: ${count} readings`),
      );
      await adoptLedger(source.store, store, config, moved);
      onProgress('comparing');
      compare(moved, await countReadings(store, kinds.values()));
      compareLedgers((await source.store.committed()).ledger, (await store.committed()).ledger);
      return { entries, items, readings: moved.readings, values: moved.values };
    } finally {
      await store.close();
    }
  } finally {
    await kv.close();
  }
}

/** The servers must be empty, or hold what an earlier call copied. Secrets are shared by all processes from now on. */
async function claim(kv: Kv, { secret }: Pick<Parts, 'secret'>): Promise<void> {
  const id = createHash('sha256').update(secret('session-secret')).digest('hex');
  const mark = await kv.get<{ readonly id: string }>(MARK);
  if (mark === undefined) {
    for await (const { key } of kv.list('')) throw taken(`a platform has run on them (${key})`);
    await kv.put(MARK, { id }, 0);
  } else if (mark.value.id !== id) throw taken('another installation was moved there');
  for (const name of ['api-token', 'session-secret']) await put(kv, `secrets/${name}`, secret(name));
}

function taken(why: string): DaoyuError {
  return new DaoyuError('MOVE_TARGET_TAKEN', `the new servers are not empty: ${why}. Name empty ones, or empty these`);
}

/** Each writer of the new store starts at the old position, with the ledger of its devices. */
async function adoptLedger(source: Store, target: Store, config: Config, moved: Counts): Promise<void> {
  const { ledger } = await source.committed();
  const position = await positionOf(source);
  const { writers, writerOf } = planWriters(config);
  const ofWriter = (name: string) => ledger.filter((row) => writerOf(subjects.quarantine(row)) === name);
  for (const { name } of writers)
    await target.checkpoint?.adopt(
      name,
      position,
      ofWriter(name).map((row) => remainderOf(row, moved)),
    );
}

function compare(there: Counts, here: Counts): void {
  const wrong = [...there.devices].filter(([name, count]) => here.devices.get(name) !== count);
  if (wrong.length === 0 && there.readings === here.readings && there.values === here.values) return;
  const [[name, count] = ['', 0]] = wrong;
  const example = name === '' ? '' : `, of ${name} ${here.devices.get(name) ?? 0} instead of ${count}`;
  throw new DaoyuError(
    'MOVE_DIFFERS',
    `the new store holds ${here.readings} readings with ${here.values} values instead of ${there.readings} with ${there.values}${example}. The data folder is as it was`,
  );
}

function compareLedgers(there: readonly LedgerRow[], here: readonly LedgerRow[]): void {
  const keyOf = ({ park, device, received, duplicate, quarantined, stored }: LedgerRow) =>
    `${park}/${device}: ${received} received, ${duplicate} duplicate, ${quarantined} quarantined, ${stored} stored`;
  const found = new Set(here.map(keyOf));
  const missing = there.map(keyOf).find((row) => !found.has(row));
  if (missing === undefined) return;
  throw new DaoyuError('MOVE_DIFFERS', `the new ledger lacks ${missing}. The data folder is as it was`);
}
