/** `daoyu doctor` as a person runs it: exit code, text and JSON. */
import { expect, it } from 'vitest';
import type { Report } from '../../doctor/report.ts';
import { runPlatform } from '../running-platform.ts';
import { runCommand } from './run-command.ts';

it('prints what is wrong with a device and what to change, and fails when something is', async () => {
  const { platform, addDevice, connect } = await runPlatform();
  const credentials = await addDevice('patient', 'aquaculture_pond');
  const target = ['--api', platform.urls.http, '--token', platform.token];
  const client = await connect(credentials, { reconnectPeriod: 50 });
  const timer = setInterval(() => {
    void client.publishAsync(credentials.topics.telemetry, JSON.stringify({ dissolved_oxygen: 6.4 }), { qos: 0 });
  }, 200);
  const [text, silent] = await Promise.all(
    ['patient', 'nobody-home'].map(async (device) => {
      if (device !== 'patient') await addDevice(device, 'aquaculture_pond');
      const more = device === 'patient' ? [] : ['--json'];
      const command = runCommand(['doctor', `daoyu.${device}`, '--watch', '5s', ...target, ...more]);
      return { code: await command.ended, printed: command.printed };
    }),
  );
  clearInterval(timer);
  expect(text?.code).toBe(1);
  expect(text?.printed).toMatch(/FAIL {2}QOS_0 .* publishes at QoS 0/);
  expect(text?.printed).toContain('→ Publish telemetry at QoS 1');
  expect(silent?.code).toBe(2);
  const report = JSON.parse(/^\{.*^\}/ms.exec(silent?.printed ?? '')?.[0] ?? '') as Report;
  expect(report).toMatchObject({ device: 'nobody-home', state: 'finished', result: 'unseen' });
}, 60_000);
