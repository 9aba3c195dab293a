/**
 * Writes one batch so that a crash at any point changes no count and no value. InfluxDB overwrites and has no transactions. Readings newer than all of
 * their device cannot be stored yet; the others are looked up, and the result is put into the writer's record *before* the first point is written;
 * position and ledger follow after the last. A repeated batch uses the same lookup result, so that points of its own first attempt do not count as
 * duplicates, and it writes the same points again, which changes nothing.
 */
import { DaoyuError } from '../../base/errors.ts';
import { unpacked } from '../../sensors/packed-reading.ts';
import type { Reading } from '../../sensors/reading.ts';
import type { RejectedPoints } from '../capabilities.ts';
import { additionOf, merge } from '../merge.ts';
import { type Batch, DEFAULT_WRITER, type RejectedReading, type WriteOptions, type WriteOutcome } from '../store.ts';
import { LedgerChanges } from '../tallies.ts';
import { refuseGap } from '../write-order.ts';
import { type CheckpointKv, type Found, openCheckpoint, type WriterCheckpoint } from './checkpoint.ts';
import type { InfluxHttp } from './http.ts';
import type { InfluxLatest } from './latest.ts';
import { lineOf, unwritable } from './lines.ts';
import { findStored, newestTimes, seriesKey } from './lookup.ts';
import { writeLines } from './write.ts';

/** A point to write, and the readings it consists of. */
interface Point {
  readonly reading: Reading;
  /** Adds fields to a stored point. */
  readonly isAddition: boolean;
  readonly from: readonly Reading[];
}

interface Plan {
  readonly points: readonly Point[];
  readonly duplicates: readonly Reading[];
}

export interface BatchWriterOptions {
  readonly http: InfluxHttp;
  readonly kv: CheckpointKv;
  readonly prefix: string;
  readonly latest: Pick<InfluxLatest, 'fold' | 'doubt'>;
}

/** A writer's knowledge of the past, no older than its own progress: its devices may have been written by another process before. */
interface Writer {
  readonly progress: WriterCheckpoint;
  /** Newest stored time by `kind/park/device`; a kind is loaded at its first reading. */
  readonly newest: Map<string, number>;
  readonly loadedKinds: Set<string>;
}

export interface BatchWriter {
  write(batch: Batch, upTo: number, options?: WriteOptions): Promise<WriteOutcome>;
  readonly rejectedPoints: RejectedPoints;
}

export function createBatchWriter({ http, kv, prefix, latest }: BatchWriterOptions): BatchWriter {
  const writers = new Map<string, Writer>();
  const keepers = new Map<string, (rejected: readonly RejectedReading[]) => Promise<void>>();

  async function writerNamed(name: string): Promise<Writer> {
    const known = writers.get(name);
    if (known !== undefined) return known;
    const progress = await openCheckpoint(kv, prefix, name);
    const opened: Writer = { progress, newest: new Map(), loadedKinds: new Set() };
    writers.set(name, opened);
    return opened;
  }

  async function stored({ newest, loadedKinds }: Writer, readings: readonly Reading[]): Promise<Found> {
    for (const kind of new Set(readings.map((reading) => reading.kind))) {
      if (loadedKinds.has(kind)) continue;
      for (const [key, time] of await newestTimes(http, kind)) remember(newest, key, time);
      loadedKinds.add(kind);
    }
    const late = readings.filter(({ time, ...of }) => time <= (newest.get(seriesKey(of)) ?? Number.NEGATIVE_INFINITY));
    return late.length === 0 ? {} : await findStored(http, late);
  }

  async function writeOnce(batch: Batch, upTo: number, name: string, after: number | undefined): Promise<WriteOutcome> {
    const writer = await writerNamed(name);
    const { progress } = writer;
    if (upTo <= progress.position) return { stored: 0, duplicate: 0 };
    refuseGap(after, progress.position);
    if (progress.begun !== undefined && progress.begun.upTo !== upTo) {
      throw new DaoyuError(
        'STORE_CONFLICT',
        `a batch up to position ${progress.begun.upTo} was begun; this one ends at ${upTo}`,
      );
    }
    const { writable, refused } = sortOut(batch.readings.map(unpacked));
    if (progress.begun === undefined) await progress.begin({ upTo, found: await stored(writer, writable) });
    const { points, duplicates } = planOf(writable, progress.begun?.found ?? {});
    const lines = points.map((point) => ({ text: lineOf(point.reading, point.isAddition), of: point }));
    const refusedPoints = await writeLines(http, lines);
    for (const { of, reason } of refusedPoints) refused.push(...of.from.map((reading) => ({ reading, reason })));
    if (refused.length > 0) await keepers.get(name)?.(refused);

    const gone = new Set(refusedPoints.map(({ of }) => of));
    const kept = points.filter((point) => !gone.has(point));
    const changes = new LedgerChanges();
    changes.addTallies(batch.tallies);
    const outcome = { stored: 0, duplicate: duplicates.length };
    for (const { from: readings } of kept) {
      outcome.stored += readings.length;
      for (const { park, device } of readings) changes.addOutcome(park, device, 'stored');
    }
    for (const { park, device } of duplicates) changes.addOutcome(park, device, 'duplicate');
    for (const { reading } of refused) changes.addOutcome(reading.park, reading.device, 'quarantined');
    const from = progress.position;
    await progress.commit(upTo, changes, kept.filter(({ isAddition }) => !isAddition).length);
    for (const { reading } of kept) remember(writer.newest, seriesKey(reading), reading.time);
    latest.fold(
      name,
      from,
      upTo,
      kept.map(({ reading }) => reading),
    );
    return refused.length === 0 ? outcome : { ...outcome, refused: refused.length };
  }

  return {
    async write(batch, upTo, { writer = DEFAULT_WRITER, after } = {}) {
      try {
        return await writeOnce(batch, upTo, writer, after);
      } catch (error) {
        // After a failure the outcome of a put is unknown, and another process may have taken over: everything is read again.
        writers.delete(writer);
        latest.doubt();
        throw error;
      }
    },
    rejectedPoints: {
      onRejected(writer, keep) {
        keepers.set(writer, keep);
        return () => {
          if (keepers.get(writer) === keep) keepers.delete(writer);
        };
      },
    },
  };
}

function remember(newest: Map<string, number>, key: string, time: number): void {
  newest.set(key, Math.max(newest.get(key) ?? Number.NEGATIVE_INFINITY, time));
}

function sortOut(readings: readonly Reading[]): { readonly writable: Reading[]; readonly refused: RejectedReading[] } {
  const [writable, refused]: [Reading[], RejectedReading[]] = [[], []];
  for (const reading of readings) {
    const reason = unwritable(reading);
    if (reason === undefined) writable.push(reading);
    else refused.push({ reading, reason });
  }
  return { writable, refused };
}

/** Depends only on its arguments: the same batch and lookup result give the same points, also after a crash. */
function planOf(readings: readonly Reading[], found: Found): Plan {
  const points = new Map<string, Point>();
  const duplicates: Reading[] = [];
  for (const reading of readings) {
    const key = `${seriesKey(reading)}/${reading.time}`;
    const known = points.get(key);
    const [site, fields] = found[seriesKey(reading)]?.[String(reading.time)] ?? [];
    // Only the names of stored fields matter: their values are kept.
    const present = Object.fromEntries((fields ?? []).map((field) => [field, 0]));
    const isStored = fields !== undefined;
    const held = { values: { ...present, ...known?.reading.values } };
    const addition = isStored || known !== undefined ? additionOf(held, reading) : reading;
    if (addition === undefined) {
      duplicates.push(reading);
      continue;
    }
    const placed = site === undefined ? addition : { ...addition, site };
    points.set(key, {
      reading: known === undefined ? placed : merge(known.reading, placed),
      isAddition: isStored,
      from: [...(known?.from ?? []), reading],
    });
  }
  return { points: [...points.values()], duplicates };
}
