/** Writes the ground truth of a run as JSON lines: samples, injected faults, deliveries, expected ledger. Format: docs/scenarios.md. */

import { createWriteStream } from 'node:fs';
import { clientIdOf } from '../base/topics.ts';
import type { Kind } from '../sensors/kind.ts';
import { createExpectation, type Expectation, type ExpectedRow } from './expectation.ts';
import type { Message } from './fault.ts';
import type { PlannedFault } from './faults.ts';
import type { FleetMember } from './fleet-member.ts';
import type { Measurement } from './measurement.ts';

export type TruthRecord =
  | {
      readonly is: 'run';
      readonly version: 1;
      readonly scenario: string | null;
      readonly seed: string;
      readonly from: number;
      readonly to: number | null;
      readonly speed: number | 'max';
    }
  | {
      readonly is: 'device';
      readonly device: string;
      readonly kind: string;
      readonly site: string;
      readonly intervalMs: number;
      readonly envelope: string;
    }
  /** One window of one fault. */
  | {
      readonly is: 'fault';
      readonly device: string;
      readonly fault: string;
      readonly from: number;
      readonly to: number;
      readonly fields: readonly string[];
      readonly options: Readonly<Record<string, unknown>>;
    }
  /** A measurement as the device holds it; `real` only if a fault altered values. */
  | ({ readonly is: 'reading'; readonly device: string } & Pick<
      Measurement,
      'at' | 'time' | 'seq' | 'values' | 'real' | 'faults'
    >)
  /** A publish whose PUBACK was received. */
  | {
      readonly is: 'delivery';
      readonly device: string;
      readonly readings: number;
      readonly times: readonly [first: number, last: number];
      readonly isResend: boolean;
      readonly faults?: readonly string[];
    }
  /** Readings overwritten in the device's memory before they were sent. */
  | { readonly is: 'lost'; readonly device: string; readonly time: number; readonly seq: number }
  /** An unplanned network failure: these publishes arrived once or twice, so the expected ledger may be short by their readings. */
  | { readonly is: 'doubt'; readonly device: string; readonly publishes: number }
  | ({ readonly is: 'ledger'; readonly device: string } & ExpectedRow);

export interface Truth {
  /** The part of one device. */
  of(member: FleetMember, kind: Kind, faults: readonly PlannedFault[]): DeviceTruth;
  write(record: TruthRecord): void;
  /** Adds the expected ledger of every device. Resolves once everything is written. */
  close(): Promise<void>;
}

export interface DeviceTruth {
  measured(measurement: Measurement): void;
  delivered(message: Message, measurements: readonly Measurement[], receivedAt: number): void;
  overwritten(measurements: readonly Measurement[]): void;
  doubted(publishes: number): void;
}

export interface TruthSink {
  write(line: string): void;
  end(): Promise<void>;
}

export function createTruth(sink: TruthSink): Truth {
  const expectations = new Map<string, Expectation>();
  const write = (record: TruthRecord) => sink.write(`${JSON.stringify(record)}\n`);
  return {
    write,
    of(member, kind, faults) {
      const device = clientIdOf(member);
      const expectation = createExpectation({ kind, mapping: member.mapping });
      expectations.set(device, expectation);
      const { site, intervalMs } = member;
      write({ is: 'device', device, kind: kind.name, site, intervalMs, envelope: member.mapping?.envelope ?? 'none' });
      for (const { fault, windows, fields, options } of faults) {
        for (const { from, to } of windows) write({ is: 'fault', device, fault, from, to, fields, options });
      }
      return {
        measured: ({ at, time, seq, values, real, faults: names }) =>
          write({
            is: 'reading',
            device,
            at,
            time,
            seq,
            values,
            ...(real && { real }),
            ...(names && { faults: names }),
          }),
        delivered(message, measurements, receivedAt) {
          expectation.delivered(message.payload, measurements, receivedAt);
          const times = [measurements[0]?.time ?? 0, measurements.at(-1)?.time ?? 0] as const;
          const { isResend, faults: names } = message;
          write({
            is: 'delivery',
            device,
            readings: measurements.length,
            times,
            isResend,
            ...(names && { faults: names }),
          });
        },
        overwritten(measurements) {
          for (const { time, seq } of measurements) write({ is: 'lost', device, time, seq });
        },
        doubted: (publishes) => write({ is: 'doubt', device, publishes }),
      };
    },
    async close() {
      for (const [device, expectation] of expectations) write({ is: 'ledger', device, ...expectation.row() });
      await sink.end();
    },
  };
}

/** Writes lines through the buffer of a stream. `close` rejects if the file could not be written. */
export function openTruthFile(file: string): TruthSink {
  const stream = createWriteStream(file, { flags: 'w' });
  let failure: Error | undefined;
  stream.on('error', (error) => {
    failure = error;
  });
  return {
    write: (line) => void stream.write(line),
    end: () =>
      new Promise((resolve, reject) => {
        stream.end(() => (failure === undefined ? resolve() : reject(failure)));
        if (failure !== undefined) reject(failure);
      }),
  };
}
