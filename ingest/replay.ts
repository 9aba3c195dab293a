/** Takes a quarantined record through intake once more, and moves it in the ledger from quarantined to what it became. */

import { parseTopic, subjects } from '../base/topics.ts';
import type { Bus } from '../bus/bus.ts';
import { bytesOf, createRecords, randomRun } from '../bus/quarantine-record.ts';
import type { QuarantineRecord, Rejection } from '../bus/rejection.ts';
import type { Mapping, Registry } from '../registry/registry.ts';
import type { Kind } from '../sensors/kind.ts';
import { type Classified, classifyReadings } from './classify.ts';
import { decode, decodeKept, decodeValue, type RawReading } from './decode.ts';
import { DeviceMemory } from './device-memory.ts';
import { createGroupCommit } from './group-commit.ts';
import { isTelemetry } from './intake.ts';
import { type Outcome, parseJson } from './json.ts';
import { createKeyMap } from './map.ts';
import { keptReadings } from './reading-payload.ts';

export interface ReplayOutcome {
  readonly accepted: number;
  readonly duplicate: number;
  readonly refused: readonly { readonly code: string; readonly message: string }[];
}

export interface ReplayResult {
  readonly outcome: ReplayOutcome;
  /** The record as it stands on the log now; absent when all was refused again and nothing changed. */
  readonly marked?: QuarantineRecord;
}

export interface ReplayOptions {
  readonly bus: Pick<Bus, 'append'>;
  readonly registry: Pick<Registry, 'device'>;
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly clock: () => number;
  /** When it was really received, where the clock is known to have been wrong then. Default: as it says. */
  readonly correctedReceipt?: (record: QuarantineRecord) => number;
}

export function createReplay({ bus, registry, kinds, clock, ...rest }: ReplayOptions) {
  const { correctedReceipt = ({ receivedAt }) => receivedAt } = rest;
  const commit = createGroupCommit({ bus });
  const createRecord = createRecords(randomRun());

  return async (record: QuarantineRecord): Promise<ReplayResult> => {
    const { park, device: id, topic } = record;
    const receivedAt = correctedReceipt(record);
    const device = registry.device(park, id);
    const kind = device === undefined ? undefined : kinds.get(device.kind);
    if (device === undefined)
      return refusedAgain([{ code: 'DEVICE_UNKNOWN', message: `no device ${id} in park ${park}` }]);
    if (kind === undefined) return refusedAgain([{ code: 'KIND_UNKNOWN', message: `no kind ${device.kind}` }]);
    const channel = parseTopic(topic)?.channel ?? '';
    if (!isTelemetry(channel) || record.reason.code === 'PAYLOAD_TOO_LARGE') {
      return refusedAgain([record.reason]);
    }
    const decoded = decodeAgain({ ...record, receivedAt }, device.mapping, channel);
    if (!decoded.ok) return refusedAgain([decoded.reason]);
    const message = { park, device: id, topic, receivedAt, channel, isResend: false };
    const sorted = classifyReadings(decoded.value, {
      message,
      device,
      keyMap: createKeyMap(kind, device.mapping),
      intervalMs: device.intervalMs ?? kind.intervalMs,
      // What came before is not at hand: repeats of the log are found by the store.
      memory: new DeviceMemory(),
      record: createRecord,
    });
    const isStillBad = record.scope === 'field' && sorted.reasons.some(({ field }) => field === record.reason.field);
    if (sorted.readings.length === 0 || isStillBad) return refusedAgain(sorted.reasons);

    const marked: QuarantineRecord = { ...record, replayedAt: clock() };
    await appendReadings(marked, device.kind, sorted);
    await appendMark(marked, sorted);
    const { readings, duplicate, reasons } = sorted;
    return { outcome: { accepted: readings.length, duplicate, refused: reasons.map(shortened) }, marked };
  };

  /** On the log before the mark is: a crash or a full log between the two leaves a record that can be replayed again, and its readings are duplicates then. */
  function appendReadings({ park, device }: QuarantineRecord, kind: string, sorted: Classified): Promise<void> {
    return commit.submit((group) => {
      const subject = subjects.readings({ park, device }, kind);
      for (const text of sorted.readings) group.add(subject, 'readings', text, tally(park, device, 1, 0, 0));
      group.count(subject, 'readings', tally(park, device, sorted.duplicate, sorted.duplicate, 0));
    });
  }

  /** One entry: the record is marked and no longer counted as quarantined, or neither. */
  function appendMark(marked: QuarantineRecord, sorted: Classified): Promise<void> {
    const { park, device } = marked;
    return commit.submit((group) => {
      const quarantine = subjects.quarantine({ park, device });
      // A whole message or reading was counted as one quarantined; it is not any more. A value never was.
      const uncounted = marked.scope === 'field' ? 0 : -1;
      group.add(quarantine, 'records', JSON.stringify(marked), tally(park, device, uncounted, 0, uncounted));
      for (const { text, counted, isUnplaced } of sorted.records) {
        // The other bad values of the same reading have records of their own; keys that are unknown still were in this one.
        if (marked.scope === 'field' && !(isUnplaced === true && isOfUnplaced(marked))) continue;
        group.add(quarantine, 'records', text, tally(park, device, counted, 0, counted));
      }
    });
  }
}

const isOfUnplaced = ({ reason }: QuarantineRecord) =>
  reason.code === 'FIELD_UNKNOWN' || reason.code === 'FIELD_AMBIGUOUS';

function tally(park: string, device: string, received: number, duplicate: number, quarantined: number) {
  return { park, device, received, duplicate, quarantined };
}

function decodeAgain(
  record: QuarantineRecord,
  mapping: Mapping | undefined,
  channel: string,
): Outcome<readonly RawReading[]> {
  const bytes = bytesOf(record);
  if (record.scope === 'message') return decode(bytes, { mapping, channel, receivedAt: record.receivedAt });
  const parsed = parseJson(bytes);
  if (!parsed.ok) return parsed;
  const kept = keptReadings(parsed.value);
  // Single readings were taken out of their wrapping when they were quarantined; before, they were kept in that of ThingsBoard.
  return kept === undefined
    ? decodeValue(parsed.value, { mapping: { ...mapping, envelope: 'thingsboard' } })
    : decodeKept(kept, mapping);
}

function refusedAgain(reasons: readonly Rejection[]): ReplayResult {
  return { outcome: { accepted: 0, duplicate: 0, refused: reasons.map(shortened) } };
}

const shortened = ({ code, message }: Rejection) => ({ code, message });
