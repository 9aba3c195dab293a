/** Scheduled reports: due when, mailed once, tried again, over a real SMTP conversation. */
import { createServer, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openChannelBook } from '../../alarms/notify/channel-book.ts';
import { openMemoryKv } from '../../kv/memory.ts';
import { startReportMailer } from '../../reports/mailer.ts';
import type { ReportAsked } from '../../reports/make.ts';
import type { Report } from '../../reports/report.ts';
import { createScheduleBook, dueBefore, type ReportSchedule } from '../../reports/schedule.ts';

const at = (text: string) => Date.parse(`${text}+08:00`);
const HOUR = 3_600_000;
const quiet = { info() {}, warn() {}, error() {} };
const morning: ReportSchedule = {
  ...{ name: 'morning', report: 'daily', park: 'tianyu', at: '05:30', channel: 'mail', language: 'zh' },
};

/** Takes each mail, or refuses all recipients as it is told. */
async function openSmtp() {
  const mails: string[] = [];
  const server = { refuses: false, mails, port: 0 };
  const talk = (socket: Socket) => {
    let data: string | undefined;
    socket.write('220 test\r\n');
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      if (data !== undefined) {
        data += String(chunk);
        if (!data.endsWith('\r\n.\r\n')) return;
        mails.push(data);
        data = undefined;
        socket.write('250 taken\r\n');
        return;
      }
      for (const line of String(chunk).split('\r\n').filter(Boolean)) {
        if (line === 'DATA') data = '';
        const isRefused = line.startsWith('RCPT') && server.refuses;
        socket.write(line === 'DATA' ? '354 go on\r\n' : isRefused ? '451 later\r\n' : '250 ok\r\n');
      }
    });
  };
  const listener = createServer(talk);
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void listener.close());
  server.port = (listener.address() as { port: number }).port;
  return server;
}

async function openMailer(now: () => number) {
  const smtp = await openSmtp();
  const kv = openMemoryKv();
  const book = await openChannelBook(kv, now);
  await book.putChannel({
    ...{ name: 'mail', kind: 'email', language: 'zh' },
    settings: { url: `smtp://127.0.0.1:${smtp.port}`, from: 'daoyu@example.com', to: ['li@example.com'] },
  });
  const asked: ReportAsked[] = [];
  const schedules = createScheduleBook(kv, (name) => book.open(name)?.channel.sendDocument !== undefined);
  const make = async (question: ReportAsked): Promise<Report> => {
    asked.push(question);
    const subject = { zh: '田渔园', en: 'Tianyu' };
    const from = question.at ?? 0;
    return {
      ...{ report: 'daily', subject, park: 'tianyu', from, to: from + 24 * HOUR },
      madeAt: now(),
      version: '1',
      sections: [],
    };
  };
  const channel = (name: string) => book.open(name)?.channel;
  const publicUrl = () => 'https://park.example';
  const mailer = startReportMailer({ schedules, channel, make, publicUrl, clock: now, log: quiet, everyMs: 1e9 });
  onTestFinished(() => mailer.close());
  return { smtp, schedules, mailer, asked };
}

describe('a schedule', () => {
  it('is due at its time of day in Beijing, weekly ones on Mondays', () => {
    const due = (report: 'daily' | 'weekly', now: string) =>
      new Date(dueBefore({ report, at: '05:30' }, at(now)) + 8 * HOUR).toISOString().slice(0, 16);
    expect(due('daily', '2026-07-20T05:30')).toBe('2026-07-20T05:30');
    expect(due('daily', '2026-07-20T05:29')).toBe('2026-07-19T05:30');
    // 2026-07-20 is a Monday.
    expect(due('weekly', '2026-07-20T06:00')).toBe('2026-07-20T05:30');
    expect(due('weekly', '2026-07-20T05:00')).toBe('2026-07-13T05:30');
    expect(due('weekly', '2026-07-26T23:00')).toBe('2026-07-20T05:30');
  });

  it('that is wrong is refused, naming everything', async () => {
    const { schedules } = await openMailer(() => at('2026-07-20T05:00'));
    const put = (change: Partial<ReportSchedule>) => schedules.put({ ...morning, ...change });
    await expect(put({ at: '25:00', channel: 'group' })).rejects.toThrow(/05:30, not "25:00"; channel "group"/);
    await expect(schedules.remove('none')).rejects.toMatchObject({ code: 'SCHEDULE_UNKNOWN' });
    await put({});
    expect(await schedules.list()).toEqual([morning]);
  });
});

describe('the mailer', () => {
  it('mails the day before once, with the page as a file, whoever looks how often', async () => {
    let now = at('2026-07-20T05:29');
    const { smtp, schedules, mailer, asked } = await openMailer(() => now);
    await schedules.put(morning);
    // The mail of yesterday morning is a day late: of no use.
    await mailer.look();
    expect(smtp.mails).toEqual([]);
    now = at('2026-07-20T05:31');
    await mailer.look();
    await mailer.look();
    expect(smtp.mails).toHaveLength(1);
    expect(asked.map(({ at: day }) => day)).toEqual([at('2026-07-19T05:30')]);
    expect(smtp.mails[0]).toContain('To: li@example.com');
    expect(smtp.mails[0]).toContain('text/html');
    expect(smtp.mails[0]).toContain('filename=report-morning-');
    expect(await schedules.outcome('morning')).toMatchObject({ result: 'delivered', attempts: 1, code: 'SMTP_250' });
    now = at('2026-07-21T05:31');
    await mailer.look();
    expect(smtp.mails).toHaveLength(2);
  });

  it('tries again while it is of use, and says why not', async () => {
    let now = at('2026-07-20T05:31');
    const { smtp, schedules, mailer } = await openMailer(() => now);
    await schedules.put(morning);
    smtp.refuses = true;
    await mailer.look();
    expect(await schedules.outcome('morning')).toMatchObject({ result: 'failed', attempts: 1, code: 'SMTP_451' });
    smtp.refuses = false;
    now += 60_000;
    await mailer.look();
    expect(smtp.mails).toHaveLength(1);
    expect(await schedules.outcome('morning')).toMatchObject({ result: 'delivered', attempts: 2 });
  });

  it('gives up after six hours', async () => {
    const { smtp, schedules, mailer } = await openMailer(() => at('2026-07-20T11:31'));
    await schedules.put(morning);
    await mailer.look();
    expect([smtp.mails, await schedules.outcome('morning')]).toEqual([[], undefined]);
  });
});
