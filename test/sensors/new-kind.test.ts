import { expect, it } from 'vitest';
import { eventually } from '../eventually.ts';
import { kindsFolderWith } from '../kinds-folder.ts';
import { runPlatform } from '../running-platform.ts';

const GRAIN_DRYER = `import { PERCENT, measured, temperature } from '../fields.ts';
  export default {
    name: 'grain_dryer', label: { zh: '粮食烘干机', en: 'Grain dryer' }, subplatform: 'smart_processing', intervalMs: 60_000,
    fields: [
      temperature('grain_temperature', '粮温', 'grain temperature', [-20, 120]),
      measured('grain_moisture', '粮食水分', 'grain moisture', PERCENT, [0, 50], 0.1, { aliases: ['moisture'] }),
    ],
    primary: ['grain_moisture'], panels: [],
  };`;

it('a new kind is one new file: its readings travel from MQTT to the series, and what it says of its fields is kept', async () => {
  const { addDevice, connect, get } = await runPlatform({
    DAOYU_KINDS_DIR: kindsFolderWith('grain_dryer', GRAIN_DRYER),
  });
  const { kinds } = await get<{ kinds: { name: string }[] }>('/api/v1/kinds');
  expect(kinds.map(({ name }) => name)).toContain('grain_dryer');
  const dryer = await addDevice('dryer', 'grain_dryer');
  const client = await connect(dryer);
  const time = Date.now() - 1000;
  await client.publishAsync(dryer.topics.telemetry, JSON.stringify({ time, moisture: 14.2, grain_temperature: 300 }), {
    qos: 1,
  });
  const { series } = await eventually(
    () =>
      get<{ series: { field: string; unit: string; points: number[][] }[] }>(
        '/api/v1/series?kind=grain_dryer&device=dryer&fields=grain_moisture&from=-1h',
      ),
    (answer) => answer.series.length > 0,
  );
  expect(series).toMatchObject([{ field: 'grain_moisture', unit: '%', points: [[time, 14.2]] }]);
  const { quarantine } = await eventually(
    () => get<{ quarantine: { reason: { code: string; field?: string } }[] }>('/api/v1/quarantine?device=dryer'),
    (answer) => answer.quarantine.length > 0,
  );
  expect(quarantine[0]?.reason).toMatchObject({ code: 'VALUE_OUT_OF_RANGE', field: 'grain_temperature' });
});
