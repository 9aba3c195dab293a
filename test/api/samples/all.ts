import { alarmSamples } from './alarms.ts';
import { type DeviceContext, deviceSamples } from './devices.ts';
import { journalSamples } from './journal.ts';
import { peopleSamples } from './people.ts';
import { readingSamples } from './readings.ts';
import { registrySamples } from './registry.ts';
import { reportSamples } from './reports.ts';
import type { Samples } from './sample.ts';
import { serviceSamples } from './service.ts';

export interface SampleContext extends DeviceContext {
  readonly recordId: string;
  readonly alarm: string;
}

/** At least one request of each route. */
export function allSamples({ recordId, alarm, ...ofDevices }: SampleContext): Samples {
  return {
    ...serviceSamples,
    ...registrySamples,
    ...deviceSamples(ofDevices),
    ...readingSamples(recordId),
    ...peopleSamples,
    ...alarmSamples(alarm),
    ...journalSamples,
    ...reportSamples,
  };
}
