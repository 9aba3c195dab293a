/** A day behind one bad cell: outages, lost acknowledgements, repeated and truncated messages, drifting clocks. No reading may be missing or duplicate at the end. */
import { defineScenario } from '../scenario.ts';

export default defineScenario({
  label: { zh: '信号不稳的 4G', en: 'Flaky 4G' },
  about: {
    zh: '一天内基站多次掉线、确认丢失、报文重发或截断：曲线应完整无缺口（补传标“晚到”），重复只计数，截断的报文在隔离区。',
    en: 'A day of outages, lost acknowledgements, repeats and truncated messages: complete curves (backlogs flagged late), repeats only counted, truncated messages in quarantine.',
  },
  hours: 24,
  fleet: { aquaculture_pond: 4, paddy_water: 3, cold_chain: 2 },
  conditions: [],
  faults: [
    // The cell: all devices at once.
    { fault: 'offline', fromHour: 1, toHour: 23, timesADay: 6, minutes: 12, together: true },
    { fault: 'reconnect-storm', fromHour: 2, toHour: 23, timesADay: 3, minutes: 1, together: true },
    // Single devices.
    { fault: 'offline', on: { share: 0.5 }, fromHour: 0, toHour: 24, timesADay: 8, minutes: 20 },
    { fault: 'lost-ack', on: { share: 0.6 }, fromHour: 0, toHour: 24, options: { share: 0.15 } },
    { fault: 'duplicate', on: { share: 0.4 }, fromHour: 0, toHour: 24, options: { share: 0.1 } },
    { fault: 'truncated-payload', on: { share: 0.3 }, fromHour: 4, toHour: 20, options: { share: 0.04 } },
    { fault: 'late-batch', on: { share: 0.3 }, fromHour: 0, toHour: 24, timesADay: 4, minutes: 90 },
    { fault: 'dropout', on: { share: 0.5 }, fromHour: 0, toHour: 24, options: { share: 0.04 } },
    { fault: 'clock-drift', on: { share: 0.3 }, fromHour: 0, toHour: 24, options: { secondsADay: -9 } },
    // These affect commanded devices only.
    { fault: 'no-reply', on: { kinds: ['aquaculture_pond'], share: 0.3 }, fromHour: 6, toHour: 12 },
    { fault: 'late-reply', on: { kinds: ['aquaculture_pond'] }, fromHour: 12, toHour: 24 },
  ],
});
