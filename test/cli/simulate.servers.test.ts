import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { freePort } from '../kill/spawn-platform.ts';
import { newDataDir, runPlatform } from '../running-platform.ts';
import { elsewhere, runCommand } from './run-command.ts';

interface Ledger {
  readonly ledger: readonly { readonly device: string; readonly received: number }[];
}

describe('daoyu simulate', () => {
  it('makes a fleet over the API, plays a scenario to its end, writes the truth of it, and knows the fleet the next time', async () => {
    const { platform, get } = await runPlatform();
    const dataDir = newDataDir();
    const truth = join(dataDir, 'truth.jsonl');
    const url = platform.urls.mqtt.mqtt ?? '';
    const target = ['--url', url, '--api', platform.urls.http, '--token', platform.token];
    const play = ['simulate', '--scenario', 'blackout', '--devices', '3', '--truth', truth, ...target];
    const command = runCommand(play, elsewhere(dataDir));
    expect(await command.ended).toBe(0);
    expect(command.printed).toMatch(/全县断电 Blackout: 3 devices on mqtt:/);
    expect(command.printed).toMatch(
      /sent \d+ {2}acknowledged \d+ {2}buffered 0 {2}\(\d+ messages, 0 connected\) in [\d.]+ s/,
    );
    const file = join(dataDir, 'secrets', 'fleet.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const lines = readFileSync(truth, 'utf8').trim().split('\n');
    const expected = lines
      .map((line) => JSON.parse(line) as { is: string; device: string; received: number })
      .filter(({ is }) => is === 'ledger');
    const { ledger } = await get<Ledger>('/api/v1/ledger');
    const received = Object.fromEntries(ledger.map(({ device, received: count }) => [`daoyu.${device}`, count]));
    expect(expected).toHaveLength(3);
    for (const row of expected) expect(received[row.device]).toBe(row.received);

    const passwords = readFileSync(file, 'utf8');
    const again = runCommand(play, elsewhere(dataDir));
    expect(await again.ended).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe(passwords);

    // Elsewhere nobody has the passwords of these devices.
    const stranger = runCommand(play, elsewhere(newDataDir()));
    expect(await stranger.ended).toBe(1);
    expect(stranger.printed).toMatch(
      /CREDENTIALS_MISSING: the platform has a device daoyu\.sim-\S+, but its password is not in .*--fleet/,
    );
  }, 120_000);

  it('says once that nobody answers or that a password is wrong, and ends on Ctrl-C', async () => {
    const dataDir = newDataDir();
    const fleet = join(dataDir, 'fleet.json');
    const member = {
      park: 'daoyu',
      site: 'zhuxi-pond-1',
      device: 'zhuxi-pond-1-station',
      kind: 'aquaculture_pond',
      intervalMs: 1000,
    };
    writeFileSync(fleet, JSON.stringify([{ ...member, password: 'guess' }]));
    const away = runCommand(
      ['simulate', '--fleet', fleet, '--url', `mqtt://127.0.0.1:${await freePort()}`],
      elsewhere(dataDir),
    );
    await away.prints(/no connection: .*ECONNREFUSED.*trying again/);
    away.send('SIGINT');
    expect(await away.ended).toBe(0);
    const { platform } = await runPlatform();
    const refused = runCommand(
      ['simulate', '--fleet', fleet, '--url', platform.urls.mqtt.mqtt ?? ''],
      elsewhere(dataDir),
    );
    await refused.prints(/daoyu\.zhuxi-pond-1-station is refused: .*--fleet/);
    refused.send('SIGINT');
    expect(await refused.ended).toBe(0);
  }, 60_000);

  it('names the scenarios, and says what is wrong with an option', async () => {
    const runs = [
      [['--list'], /two-overcast-days {2}连阴两日 Two overcast days, 96 h/],
      [['--scenario', 'calm'], /SCENARIO_UNKNOWN: there is no scenario "calm".*calm-week/],
      [['--scenario', 'calm-week'], /CREDENTIALS_MISSING: cannot read device credentials .*--fleet/],
      [['--devices', 'many'], /OPTION_INVALID: --devices many must be a whole number/],
    ] as const;
    const dataDir = newDataDir();
    const commands = runs.map(([args, printed]) => ({
      printed,
      command: runCommand(['simulate', ...args], elsewhere(dataDir)),
    }));
    for (const { printed, command } of commands) {
      await command.ended;
      expect(command.printed).toMatch(printed);
    }
    const fleet = join(dataDir, 'fleet.json');
    writeFileSync(
      fleet,
      JSON.stringify([
        { park: 'p', site: 's', device: 'd', password: 'x', kind: 'aquaculture_pond', intervalMs: 1000 },
      ]),
    );
    const wrong = [
      [['--speed', 'fast'], /OPTION_INVALID: --speed fast must be a number above 0, such as 60, or max/],
      [['--from', '+2h'], /OPTION_INVALID: --from \+2h lies in the future/],
      [
        ['--scenario', 'seeding-day'],
        /CREDENTIALS_MISSING: the fleet has no device of the kinds drone_seeding, paddy_water/,
      ],
    ] as const;
    for (const [args, printed] of wrong) {
      const command = runCommand(['simulate', '--fleet', fleet, ...args], elsewhere(dataDir));
      expect(await command.ended).toBe(1);
      expect(command.printed).toMatch(printed);
    }
  }, 120_000);
});
