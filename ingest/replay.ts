/** Takes a quarantined record through intake again and moves it in the ledger from quarantined to its new state. */

import { type DeviceAddress, type DeviceTopic, parseTopic, subjects } from '../base/topics.ts';
import type { Bus } from '../bus/bus.ts';
import { bytesOf, createRecords, randomRun } from '../bus/quarantine-record.ts';
import type { QuarantineRecord, Rejection } from '../bus/rejection.ts';
import { type Gateways, LEFT_OUT, UNCLAIMED } from '../registry/gateways.ts';
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
import { senderIds } from './sender-ids.ts';

export interface ReplayOutcome {
  readonly accepted: number;
  readonly duplicate: number;
  readonly refused: readonly { readonly code: string; readonly message: string }[];
}

export interface ReplayResult {
  readonly outcome: ReplayOutcome;
  /** The record as now on the log; absent if everything was refused again and nothing changed. */
  readonly marked?: QuarantineRecord;
}

export interface ReplayOptions {
  readonly bus: Pick<Bus, 'append'>;
  readonly registry: Pick<Registry, 'device'> & Partial<Pick<Registry, 'site'>>;
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly clock: () => number;
  /** The true time of receipt, if the server clock was wrong then; default: that of the record. */
  readonly correctedReceipt?: (record: QuarantineRecord) => number;
  /** Finds the child device of a gateway's message by the current registry. */
  readonly gateways?: Pick<Gateways, 'addressOf' | 'childNamed'> | undefined;
}

export function createReplay({ bus, registry, kinds, clock, gateways, ...rest }: ReplayOptions) {
  const { correctedReceipt = ({ receivedAt }) => receivedAt } = rest;
  const commit = createGroupCommit({ bus });
  const createRecord = createRecords(randomRun());

  return async (record: QuarantineRecord): Promise<ReplayResult> => {
    const { topic } = record;
    const claimed = claimedBy(record);
    if (claimed === undefined) return refusedAgain([record.reason]);
    const { park, device: id, channel } = claimed;
    const receivedAt = correctedReceipt(record);
    const device = registry.device(park, id);
    const kind = device === undefined ? undefined : kinds.get(device.kind);
    if (device === undefined)
      return refusedAgain([{ code: 'DEVICE_UNKNOWN', message: `no device ${id} in park ${park}` }]);
    if (kind === undefined) return refusedAgain([{ code: 'KIND_UNKNOWN', message: `no kind ${device.kind}` }]);
    if (!isTelemetry(channel) || record.reason.code === 'PAYLOAD_TOO_LARGE') {
      return refusedAgain([record.reason]);
    }
    const decoded = decodeAgain({ ...record, receivedAt }, device.mapping, channel);
    if (!decoded.ok) return refusedAgain([decoded.reason]);
    const message = { park, device: id, topic, receivedAt, channel, isResend: false };
    const sorted = classifyReadings(decoded.value, {
      message,
      device,
      keyMap: createKeyMap(kind, device.mapping, () => registry.site?.(device.park, device.site)?.elevation),
      intervalMs: device.intervalMs ?? kind.intervalMs,
      // Earlier messages are not in this memory; the store finds duplicates of the log.
      memory: new DeviceMemory(),
      record: createRecord,
    });
    const isStillBad = record.scope === 'field' && sorted.reasons.some(({ field }) => field === record.reason.field);
    if (sorted.readings.length === 0 || isStillBad) return refusedAgain(sorted.reasons);

    const marked: QuarantineRecord = { ...record, replayedAt: clock() };
    await appendReadings({ ...marked, device: id }, device.kind, sorted);
    await appendMark(marked, id, sorted);
    const { readings, duplicate, reasons } = sorted;
    return { outcome: { accepted: readings.length, duplicate, refused: reasons.map(shortened) }, marked };
  };

  /** The device of the record, or the child that has since been registered. Undefined if the child is still unknown. */
  function claimedBy(record: QuarantineRecord): DeviceTopic | undefined {
    const { park, device, topic, reason } = record;
    const known = registry.device(park, device);
    const found = addressOf({ park, device: known?.gateway ?? device }, topic);
    if (reason.code !== 'CHILD_UNKNOWN')
      return { park, device, channel: parseTopic(topic)?.channel ?? found?.channel ?? 'telemetry' };
    const child = known && gateways?.childNamed(known, senderIds(bytesOf(record)));
    if (typeof child !== 'object') return found;
    return { park, device: child.id, channel: parseTopic(topic)?.channel ?? found?.channel ?? 'telemetry' };
  }

  function addressOf(client: DeviceAddress, topic: string): DeviceTopic | undefined {
    const found = gateways?.addressOf(client, topic);
    return found?.channel === UNCLAIMED || found?.channel === LEFT_OUT ? undefined : found;
  }

  /** Appends readings before the mark: after a crash or a full log in between, another replay is possible and finds duplicates. */
  function appendReadings({ park, device }: QuarantineRecord, kind: string, sorted: Classified): Promise<void> {
    return commit.submit((group) => {
      const subject = subjects.readings({ park, device }, kind);
      for (const text of sorted.readings) group.add(subject, 'readings', text, tally(park, device, 1, 0, 0));
      group.count(subject, 'readings', tally(park, device, sorted.duplicate, sorted.duplicate, 0));
    });
  }

  /** One entry, so that marking the record and uncounting it happen together. */
  function appendMark(marked: QuarantineRecord, child: string, sorted: Classified): Promise<void> {
    const { park, device } = marked;
    return commit.submit((group) => {
      const quarantine = subjects.quarantine({ park, device });
      // A whole message or reading counted as one quarantined; a single value never counted.
      const uncounted = marked.scope === 'field' ? 0 : -1;
      group.add(quarantine, 'records', JSON.stringify(marked), tally(park, device, uncounted, 0, uncounted));
      for (const { text, counted, isUnplaced } of sorted.records) {
        // Other bad values of the reading have their own records; keys that are still unknown stay in this one.
        if (marked.scope === 'field' && !(isUnplaced === true && isOfUnplaced(marked))) continue;
        const ofChild = subjects.quarantine({ park, device: child });
        group.add(ofChild, 'records', text, tally(park, child, counted, 0, counted));
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
  // Older versions kept single readings in an envelope of ThingsBoard.
  return kept === undefined
    ? decodeValue(parsed.value, { mapping: { ...mapping, envelope: 'thingsboard' } })
    : decodeKept(kept, mapping);
}

function refusedAgain(reasons: readonly Rejection[]): ReplayResult {
  return { outcome: { accepted: 0, duplicate: 0, refused: reasons.map(shortened) } };
}

const shortened = ({ code, message }: Rejection) => ({ code, message });
