/** The reference clients as processes, each before a doctor that provokes it, all at one time. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { PASSWORD } from '../broker/open-test-broker.ts';
import { checkOf, findingsOf, openPatient, reading, TELEMETRY, WILL } from '../doctor/patient.ts';
import { eventually } from '../eventually.ts';
import { hasProgram, requireOrSkip, SKIPPED } from '../require.ts';
import { certify, INTERVAL_S, type Started, startClient, temporaryFolder } from './certify.ts';

const clients = fileURLToPath(new URL('../../clients/', import.meta.url));
/** Debian 12 has no package of MicroPython, Debian 13 has; the file keeps to what both understand. */
const python = hasProgram('micropython') ? 'micropython' : 'python3';
if (python === 'python3') console.warn(`${SKIPPED}micropython is not there: its client is run by python3`);

const wordsOf = ({ port, password, folder }: Started) => [
  ...['127.0.0.1', String(port), 'park.probe', password, `${folder}/readings`, INTERVAL_S],
];

function inC() {
  const program = `${temporaryFolder()}/device`;
  execFileSync('make', ['-s', '-C', `${clients}c`, `OUT=${program}`]);
  return (started: Started) => startClient(program, wordsOf(started));
}

const inPython = () => (started: Started) =>
  startClient(python, [`${clients}micropython/device.py`, ...wordsOf(started)]);

const inTypeScript = () => (started: Started) =>
  startClient(process.execPath, [
    ...['--import', 'tsx', `${clients}typescript/device.ts`, `mqtt://127.0.0.1:${started.port}`],
    ...['park.probe', started.password, `${started.folder}/readings`, INTERVAL_S],
  ]);

const there = [
  ['TypeScript', inTypeScript] as const,
  ...(requireOrSkip('gcc and make', hasProgram('gcc') && hasProgram('make')) ? [['C', inC] as const] : []),
  ...(requireOrSkip('python3', hasProgram(python)) ? [[`MicroPython, run by ${python}`, inPython] as const] : []),
];

describe('the reference clients', () => {
  it(`(${there.map(([name]) => name).join('; ')}) keep their promise when a PUBACK is withheld, late, and the link is down`, {
    timeout: 90_000,
  }, async () => {
    await Promise.all(
      there.map(async ([name, prepare]) => {
        const report = await certify(name, prepare());
        expect(checkOf(report, 'WITHHELD_NOT_RESENT')?.evidence?.en).toMatch(/Sent again after .*, with DUP/);
        expect(checkOf(report, 'BACKLOG_LOST')?.verdict).toBe('ok');
      }),
    );
  });
});

describe.runIf(requireOrSkip('mosquitto_pub', hasProgram('mosquitto_pub')))('mosquitto_pub', () => {
  async function examined(version: string) {
    const patient = await openPatient();
    await patient.examine();
    const child = spawn('mosquitto_pub', [
      ...['-V', version, '-h', '127.0.0.1', '-p', String(patient.port), '-k', '60'],
      ...['-i', 'park.probe', '-u', 'park.probe', '-P', PASSWORD, '-q', '1', '-t', TELEMETRY, '-l'],
      ...['--will-topic', WILL.topic, '--will-payload', 'offline', '--will-qos', '1', '--will-retain'],
    ]);
    for (let ago = 12; ago > 0; ago--) child.stdin.write(`${reading(ago)}\n`);
    child.stdin.end();
    const [code] = (await once(child, 'close')) as [number];
    expect(code).toBe(0);
    await eventually(patient.report, ({ sum }) => sum.acknowledged === 12);
    return patient.end();
  }

  it('is a device without a finding, in both versions', async () => {
    for (const report of await Promise.all(['mqttv311', 'mqttv5'].map(examined))) {
      expect(findingsOf(report), JSON.stringify(report.checks)).toEqual({});
      expect(report.result).toBe('ok');
    }
  });
});
