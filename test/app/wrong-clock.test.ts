import { expect, it, onTestFinished } from 'vitest';
import type { Alarm } from '../../alarms/alarm.ts';
import type { QuarantineAnswer, ReplayAnswer } from '../../api/routes/quarantine.ts';
import { eventually } from '../eventually.ts';
import { runPlatform } from '../running-platform.ts';

const YEAR = 365 * 86_400_000;

interface Listed {
  readonly alarms: readonly Alarm[];
}

/** A board without a battery boots with the time of its last image, and network time comes later. */
it('readings that a wrong server clock refused are kept when it is set right, and taken in by a replay', async () => {
  let error = -YEAR;
  const clock = () => Date.now() + error;
  const first = await runPlatform({ DAOYU_DEMO: 'no' }, { clock });
  await first.post('/api/v1/parks', { park: 'daoyu' });
  let measured = 0;
  const publishAll: (() => void)[] = [];
  for (const name of ['a', 'b', 'c']) {
    const credentials = await first.addDevice(name, 'aquaculture_pond');
    const device = await first.connect(credentials);
    publishAll.push(() => {
      const reading = { time: measured, dissolved_oxygen: 6.4 };
      device.publish(credentials.topics.telemetry, JSON.stringify(reading), { qos: 1 });
    });
  }
  const reporting = setInterval(() => {
    measured = Date.now();
    for (const publish of publishAll) publish();
  }, 500);
  onTestFinished(() => clearInterval(reporting));
  const quarantine = () => first.get<QuarantineAnswer>('/api/v1/quarantine?code=TIME_IN_FUTURE');
  await eventually(quarantine, ({ quarantine: found }) => found.length >= 3);
  const doubts = () => first.get<Listed>('/api/v1/alarms?park=platform');
  const inDoubt = ({ alarms }: Listed) => alarms.some(({ rule }) => rule === 'clock_doubted');
  const { alarms } = await eventually(doubts, inDoubt, 20_000);
  expect(alarms.find(({ rule }) => rule === 'clock_doubted')).toMatchObject({
    class: 'platform',
    severity: 'critical',
    text: { en: 'the clock of the server is in doubt: 3 of 3 devices are ahead of it' },
  });

  clearInterval(reporting);
  const { quarantine: refused } = await quarantine();
  error = 0;
  const metrics = async () => {
    const headers = { authorization: `Bearer ${first.platform.token}` };
    return await (await fetch(`${first.platform.urls.http}/metrics`, { headers })).text();
  };
  await eventually(metrics, (text) => text.includes('\ndaoyu_clock_doubted 1'));
  await first.platform.close();

  // Each start looks what has grown too old.
  const second = await runPlatform({ DAOYU_DEMO: 'no', DAOYU_DATA_DIR: first.dataDir }, { clock });
  const { quarantine: kept } = await second.get<QuarantineAnswer>('/api/v1/quarantine');
  expect(kept.length).toBeGreaterThanOrEqual(refused.length);
  expect(kept[0]?.receivedAt).toBeLessThan(Date.now() - YEAR + 600_000);
  const [record] = kept;
  const { time } = JSON.parse(record?.payload ?? '') as { readonly time: number };
  const replayed = await second.post<ReplayAnswer>(`/api/v1/quarantine/${record?.id}/replay`);
  expect(replayed).toEqual({ accepted: 1, duplicate: 0, refused: [] });
  const { series } = await eventually(
    () =>
      second.get<{ readonly series: readonly { readonly points: readonly (readonly [number, number])[] }[] }>(
        `/api/v1/series?kind=aquaculture_pond&device=${record?.device}&fields=dissolved_oxygen&from=-1h`,
      ),
    (answer) => answer.series.length > 0,
  );
  expect(series[0]?.points[0]?.slice(0, 2)).toEqual([time, 6.4]);
}, 60_000);
