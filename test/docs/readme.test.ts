import { exec } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { SETTINGS } from '../../app/config.ts';
import { settingsOf } from '../../docs/scripts/settings-table.ts';
import { elsewhere, runCommand } from '../cli/run-command.ts';
import { eventually } from '../eventually.ts';
import { hasProgram, requireOrSkip } from '../require.ts';
import { newDataDir, runPlatform } from '../running-platform.ts';

const run = promisify(exec);
const root = new URL('../../', import.meta.url);
const pages = Object.fromEntries(
  ['README.md', 'README.zh-CN.md'].map((name) => [name, readFileSync(new URL(name, root), 'utf8')]),
);

/** The fenced blocks of a page, in order. */
const blocksOf = (page: string) =>
  [...page.matchAll(/```(\w*)\n(.*?)```/gs)].map(([, language, text = '']) => ({ language, text }));

describe.each(Object.entries(pages))('%s', (name, page) => {
  it('lists every setting with its default, as `npm run docs` writes it', () => {
    const [, , ...rows] = settingsOf(page);
    const expected = Object.values(SETTINGS).map(({ variable, fallback }) => [
      `\`${variable}\``,
      fallback === '' ? '–' : `\`${fallback}\``,
    ]);
    expect(rows.map((cells) => cells.slice(0, 2))).toEqual(expected);
    for (const [index, { about }] of Object.values(SETTINGS).entries()) {
      const meaning = rows[index]?.[2] ?? '';
      if (name === 'README.md') expect(meaning).toBe(about);
      else expect(meaning).toMatch(/\p{Script=Han}/u);
    }
  });

  it('names only files that are there, the proofs of its promises above all', () => {
    const links = [...page.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(([, path = '']) => path);
    const proofs = [...page.matchAll(/`((?:test|docs|bench|dashboards|simulators|sensors)\/[\w./-]*)`/g)].map(
      ([, path = '']) => path,
    );
    const missing = [...links, ...proofs].filter((path) => !existsSync(new URL(path, root)));
    expect(missing).toEqual([]);
    expect(proofs.filter((path) => path.endsWith('.test.ts')).length).toBeGreaterThanOrEqual(7);
  });
});

it('both pages show the same commands', () => {
  const commands = (page = '') =>
    blocksOf(page)
      .filter(({ language }) => language === 'sh')
      .map(({ text }) => text.replace(/ +#.*$/gm, ''));
  expect(commands(pages['README.zh-CN.md'])).toEqual(commands(pages['README.md']));
});

it('what you will see is what is printed', async () => {
  const [shown] = blocksOf(pages['README.md'] ?? '').filter(({ language }) => language === '');
  const dataDir = newDataDir();
  const command = runCommand(['up', '--simulate', '--history', '0'], elsewhere(dataDir));
  await command.prints(/Ctrl-C ends\.\n/);
  const printed = command.printed
    .replaceAll(dataDir, './data')
    .replace(/code=\S+/, 'code=…')
    .replace(/(http:\/\/127\.0\.0\.1):\d+/g, '$1:8080')
    .replace(/(mqtt:\/\/127\.0\.0\.1):\d+/, '$1:1883')
    .replace(/(ws:\/\/127\.0\.0\.1):\d+/, '$1:8083');
  const linesOf = (text = '') =>
    text.split('\n').filter((line) => line.trim() !== '' && !/^ {2}history:|^\{/.test(line));
  expect(linesOf(printed)).toEqual(linesOf(shown?.text));
}, 60_000);

describe.runIf(
  requireOrSkip('mosquitto_pub, for the examples of the README', hasProgram('mosquitto_pub') && hasProgram('curl')),
)('the examples of README.md', () => {
  it('run one after the other as they stand: a device is made, publishes, and its value is asked for', async () => {
    const { platform, dataDir } = await runPlatform();
    const { port: httpPort } = new URL(platform.urls.http);
    const { port: mqttPort } = new URL(platform.urls.mqtt.mqtt ?? '');
    const example = (word: string) => {
      const found = blocksOf(pages['README.md'] ?? '').find(
        ({ language, text }) => language === 'sh' && text.includes(word),
      );
      if (found === undefined) throw new Error(`README.md has no example with ${word}`);
      // Its ports and folder are the defaults; this platform has others.
      return found.text
        .replace('-h 127.0.0.1', `-h 127.0.0.1 -p ${mqttPort}`)
        .replace('127.0.0.1:8080', `127.0.0.1:${httpPort}`)
        .replace('data/secrets', `${dataDir}/secrets`);
    };
    const shell = async (script: string, environment: object = {}) =>
      (
        await run(script, {
          cwd: root,
          env: { ...process.env, DAOYU_HTTP_PORT: httpPort, DAOYU_DATA_DIR: dataDir, ...environment },
        })
      ).stdout;

    const made = await shell(example('devices add'));
    const { password, clientId } = JSON.parse(/^\{.*^\}/ms.exec(made)?.[0] ?? '');
    expect(clientId).toBe('daoyu.my-probe');
    await shell(example('mosquitto_pub'), { PASSWORD: password });
    const answer = await eventually(
      async () =>
        JSON.parse(await shell(example('curl'))) as { series: { unit: string; points: [number, number][] }[] },
      ({ series }) => series.length > 0,
    );
    expect(answer.series).toMatchObject([{ unit: 'mg/L', points: [[expect.any(Number), 6.42]] }]);
  }, 60_000);
});
