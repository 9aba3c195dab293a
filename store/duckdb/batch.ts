/** Writes one batch in one transaction: readings newer than all of their device are inserted directly, the others are compared with stored ones. */
import { latestKey } from '../../base/keys.ts';
import type { Kind } from '../../sensors/kind.ts';
import { type JudgedReading, unpacked } from '../../sensors/packed-reading.ts';
import type { Reading } from '../../sensors/reading.ts';
import { LatestFold, type LatestState } from '../latest.ts';
import { type Batch, type ConflictingReading, DEFAULT_WRITER, type WriteOptions, type WriteOutcome } from '../store.ts';
import { applyChanges, LedgerChanges, type LedgerCounts } from '../tallies.ts';
import { refuseGap } from '../write-order.ts';
import type { Cache } from './cache.ts';
import { saveChanges } from './changes.ts';
import type { Database, Writer } from './database.ts';
import { insertReadings } from './insert.ts';
import { addLate } from './late.ts';
import { type Plan, planFor } from './plan.ts';
import { keptSince } from './removal.ts';
import { flagBits, flagColumn, levelsOf, rawTable, valueColumn } from './schema.ts';

export function createBatchWriter(database: Database, cache: Cache, kinds: ReadonlyMap<string, Kind>) {
  return async (
    batch: Batch,
    position: number,
    { writer: name = DEFAULT_WRITER, after, onConflict }: WriteOptions = {},
  ): Promise<WriteOutcome> => {
    const recorded = cache.positions.get(name) ?? 0;
    if (position <= recorded) return { stored: 0, duplicate: 0 };
    refuseGap(after, recorded);
    const outcome = { stored: 0, duplicate: 0, refused: 0 };
    const conflicting: ConflictingReading[] = [];
    const changes = new LedgerChanges();
    const latest = new Map<string, LatestState>();
    const ledger = new Map<string, LedgerCounts>();
    let inserted = 0;
    let changed = 0;
    changes.addTallies(batch.tallies);
    try {
      await database.transaction(async (writer) => {
        for (const [kindName, readings] of groupByKind(batch.readings)) {
          const kind = kinds.get(kindName);
          // The registry only has loaded kinds. After the file of a kind was removed, its readings count as received and stay pending on the log.
          if (kind === undefined)
            throw new Error(`no sensor kind ${kindName} is loaded, but the log holds readings of it`);
          const plan = await planFor(writer, cache, kind, readings, (reading, isStored, stored) => {
            const isConflict = stored !== undefined && onConflict !== undefined;
            if (isConflict) conflicting.push({ reading: unpacked(reading), stored, isWhole: !isStored });
            const what = isStored ? 'stored' : isConflict ? 'quarantined' : 'duplicate';
            outcome[what === 'quarantined' ? 'refused' : what] += 1;
            changes.addOutcome(reading.park, reading.device, what);
          });
          const [kept, removed] = divide(plan, keptSince(cache, rawTable(kind)));
          await insertReadings(writer, cache, kind, kept.inserts);
          for (const addition of kept.additions) await addFields(writer, cache, kind, addition);
          await markDirty(writer, cache, kept);
          await addLate(writer, cache, removed);
          inserted += kept.inserts.length;
          foldAll(latest, cache, plan);
        }
        if (conflicting.length > 0) await onConflict?.(conflicting);
        for (const key of changes.rows.keys())
          ledger.set(key, { ...(cache.ledger.get(key) ?? { received: 0, duplicate: 0, quarantined: 0, stored: 0 }) });
        applyChanges(ledger, changes);
        await saveNames(writer, cache);
        changed = await saveChanges(writer, cache.changes, { latest, ledger, meta: [positionName(name), position] });
      });
    } catch (error) {
      cache.devices.rollback();
      cache.sites.rollback();
      throw error;
    }
    cache.devices.commit();
    cache.sites.commit();
    for (const [key, state] of latest) cache.latest.set(key, state);
    for (const [key, counts] of ledger) cache.ledger.set(key, counts);
    cache.positions.set(name, position);
    cache.readings += inserted;
    cache.changes = changed;
    const { refused, ...counted } = outcome;
    return refused === 0 ? counted : outcome;
  };
}

/** Key of a writer's position in the table `meta`. */
export function positionName(writer: string): string {
  return writer === DEFAULT_WRITER ? 'position' : `position:${writer}`;
}

function foldAll(latest: Map<string, LatestState>, cache: Cache, { kind, inserts, additions }: Plan): void {
  const folds = new Map<number, { readonly key: string; readonly fold: LatestFold }>();
  for (const readings of [inserts, additions]) {
    for (const reading of readings) {
      const { park, device } = reading;
      const id = cache.devices.id(park, device);
      let found = folds.get(id);
      if (found === undefined) {
        const key = latestKey(park, device, kind.name);
        found = { key, fold: new LatestFold(cache.latest.get(key)) };
        folds.set(id, found);
      }
      found.fold.take(reading);
    }
  }
  for (const { key, fold } of folds.values()) latest.set(key, fold.state());
}

function groupByKind(readings: readonly JudgedReading[]): Map<string, JudgedReading[]> {
  const groups = new Map<string, JudgedReading[]>();
  for (const reading of readings) {
    const group = groups.get(reading.kind);
    if (group === undefined) groups.set(reading.kind, [reading]);
    else group.push(reading);
  }
  return groups;
}

/** Split by whether raw readings of their time are still kept. */
function divide({ kind, inserts, additions }: Plan, since: number): readonly [kept: Plan, removed: Plan] {
  const part = (isWanted: (reading: JudgedReading) => boolean): Plan => ({
    kind,
    inserts: inserts.filter(isWanted),
    additions: additions.filter(isWanted),
  });
  return [part(({ time }) => time >= since), part(({ time }) => time < since)];
}

async function addFields(writer: Writer, cache: Cache, kind: Kind, addition: Reading): Promise<void> {
  const names = Object.keys(addition.values);
  const sets = names.flatMap((name) => [`${valueColumn(name)} = ?`, `${flagColumn(name)} = ?`]);
  const values = names.flatMap((name) => [addition.values[name] ?? null, flagBits(addition.flags?.[name])]);
  const device = cache.devices.id(addition.park, addition.device);
  await writer.run(
    `UPDATE ${rawTable(kind)} SET ${sets.join(', ')} WHERE device = ${device} AND time = ${addition.time}`,
    values,
  );
}

/** Marks summed windows with new readings to be summed again, unless their raw readings were removed. */
async function markDirty(writer: Writer, cache: Cache, { kind, inserts, additions }: Plan): Promise<void> {
  for (const { table, lengthMs } of levelsOf(kind)) {
    const [since, upTo] = [keptSince(cache, table), cache.rolledUpTo.get(table) ?? 0];
    const windows = new Map<string, readonly [number, number]>();
    for (const { park, device, time } of [...inserts, ...additions]) {
      if (time < since || time >= upTo) continue;
      const start = Math.floor(time / lengthMs) * lengthMs;
      const id = cache.devices.id(park, device);
      windows.set(`${id} ${start}`, [id, start]);
    }
    if (windows.size === 0) continue;
    const rows = [...windows.values()];
    await writer.append(
      'dirty',
      ['VARCHAR', 'INTEGER', 'BIGINT'],
      [rows.map(() => table), rows.map(([id]) => id), rows.map(([, start]) => BigInt(start))],
    );
  }
}

async function saveNames(writer: Writer, cache: Cache): Promise<void> {
  for (const [table, names] of [
    ['devices', cache.devices],
    ['sites', cache.sites],
  ] as const) {
    const fresh = names.fresh();
    if (fresh.length === 0) continue;
    await writer.append(
      table,
      ['INTEGER', 'VARCHAR', 'VARCHAR'],
      [fresh.map(({ id }) => id), fresh.map(({ park }) => park), fresh.map(({ name }) => name)],
    );
  }
}
