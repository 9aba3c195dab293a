/** `daoyu doctor`: examines a device of a running platform, and says what its firmware should do otherwise. */
import { Command } from 'commander';
import { DaoyuError } from '../base/errors.ts';
import type { Check, Report, Verdict } from '../doctor/report.ts';
import { type ApiTarget, askPlatform, withTarget } from './platform-api.ts';
import { createProgress } from './progress.ts';

interface DoctorOptions extends ApiTarget {
  readonly watch: string;
  readonly active?: boolean;
  readonly json?: boolean;
  readonly lang: string;
}

const ASK_AGAIN_MS = 1000;
const MARK: Readonly<Record<Verdict, string>> = { ok: 'ok  ', warning: 'WARN', fail: 'FAIL', unseen: '-   ' };
/** 0 also with warnings; 1 for a failure; 2 when nothing was seen of the device. */
const EXIT: Readonly<Record<Verdict, number>> = { ok: 0, warning: 0, fail: 1, unseen: 2 };
const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

export function doctorCommand(): Command {
  return withTarget(new Command('doctor'))
    .description('examine a device while it works: what its firmware does wrong, what that costs and what to change')
    .argument('<park.device>', 'e.g. daoyu.zhuxi-pond-3')
    .option('--watch <time>', 'how long: 90s, 15m, 2h', '15m')
    .option('--active', 'also withhold a PUBACK, delay PUBACKs and cut the link, on this device only')
    .option('--json', 'print the report as JSON')
    .option('--lang <zh|en>', 'language of the report', 'en')
    .addHelpText('after', '\nExit code: 0 nothing wrong (or warnings only), 1 a failure was found, 2 nothing was seen.')
    .action(examine);
}

async function examine(name: string, options: DoctorOptions): Promise<void> {
  const [park, device, ...more] = name.split('.');
  if (park === undefined || device === undefined || more.length > 0)
    throw new DaoyuError('OPTION_INVALID', `"${name}" must read park.device, e.g. daoyu.zhuxi-pond-3`);
  const lang = languageOf(options.lang);
  const path = `/api/v1/devices/${park}/${device}/doctor`;
  const body = { watchSeconds: secondsOf(options.watch), active: options.active === true };
  let report = (await askPlatform(options, 'POST', path, body)) as Report;
  const stop = () => void askPlatform(options, 'DELETE', path).catch(() => {});
  process.once('SIGINT', stop);
  const progress = createProgress(`${name} s`);
  while (report.state === 'running') {
    const { startedAt, endsAt, updatedAt } = report;
    const [done, total] = [updatedAt - startedAt, endsAt - startedAt].map((ms) => Math.round(ms / 1000));
    progress.update(Math.min(done ?? 0, total ?? 0), total ?? 0, noteOf(report, lang));
    await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
    report = (await askPlatform(options, 'GET', path)) as Report;
  }
  process.off('SIGINT', stop);
  progress.stop();
  process.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : textOf(report, lang));
  process.exitCode = EXIT[report.result];
}

function noteOf({ sum, step }: Report, lang: Language): string {
  const doing = step === undefined ? '' : `, ${step[lang]}`;
  return `${sum.connections} connections, ${sum.publishes} publishes, ${sum.readings} readings${doing}`;
}

export function textOf(report: Report, lang: Language): string {
  const { park, device, state, result, sum, checks } = report;
  const head = `${park}.${device}  ${state}  ${result}  ${sum.connections} connections, ${sum.publishes} publishes, ${sum.readings} readings, ${sum.acknowledged} acknowledged, ${sum.resent} sent again  ${[...sum.protocols, ...sum.transports].join(' ')}`;
  const order: readonly Verdict[] = ['fail', 'warning', 'ok', 'unseen'];
  const sorted = order.flatMap((verdict) => checks.filter((check) => check.verdict === verdict));
  const digest = report.digest === undefined ? [] : [`sha256 ${report.digest}`];
  return `${[head, ...sorted.map((check) => lineOf(check, lang)), ...digest].join('\n')}\n`;
}

function lineOf({ code, verdict, title, evidence, costs, change }: Check, lang: Language): string {
  const lines = [`${MARK[verdict]}  ${code.padEnd(24)}  ${evidence?.[lang] ?? title[lang]}`];
  if (costs !== undefined) lines.push(`      ${costs[lang]}`);
  if (change !== undefined) lines.push(`      → ${change[lang]}`);
  return lines.join('\n');
}

type Language = 'zh' | 'en';

function languageOf(text: string): Language {
  if (text === 'zh' || text === 'en') return text;
  throw new DaoyuError('OPTION_INVALID', `--lang ${text} must be zh or en`);
}

function secondsOf(text: string): number {
  const [, number, unit = ''] = /^(\d{1,6})([smh])$/.exec(text) ?? [];
  const seconds = Number(number) * (UNITS[unit] ?? Number.NaN);
  if (seconds >= 5) return seconds;
  throw new DaoyuError('OPTION_INVALID', `--watch ${text} must be a time from 5s on, such as 90s, 15m or 2h`);
}
