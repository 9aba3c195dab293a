/** Mails scheduled reports; one process at a time does it. */
import { openAlarmLog } from '../alarms/alarm-log.ts';
import { createAnalysis } from '../analysis/analysis.ts';
import type { Task } from '../cluster/task-assignment.ts';
import type { Correction } from '../corrections/correction.ts';
import type { FarmEvent } from '../journal/events.ts';
import { openRecordBook } from '../journal/record-book.ts';
import { startReportMailer } from '../reports/mailer.ts';
import { makeReport } from '../reports/make.ts';
import { findChromium, pdfOf } from '../reports/pdf.ts';
import { createScheduleBook } from '../reports/schedule.ts';
import type { Store } from '../store/store.ts';
import type { Services } from './services.ts';
import { programVersion } from './version.ts';

export function reportTask(services: Services, store: Store): Task {
  return { name: 'reports', start: () => startReports(services, store) };
}

async function startReports({ bus, kv, registry, kinds, channelBook, clock, log }: Services, store: Store) {
  const corrections = await openRecordBook<Correction>('correction', { bus, kv, clock, log });
  const events = await openRecordBook<FarmEvent>('event', { bus, kv, clock, log });
  const context = {
    ...{ store, registry, kinds, corrections, events, clock, version: programVersion() },
    analysis: createAnalysis({ store, registry, corrections, events, clock }),
    alarmLog: openAlarmLog(kv),
    // As it was committed with the readings: whatever still waits on the log is not in the report either.
    ledger: async () => (await store.committed()).ledger.map((row) => ({ ...row, pending: 0 })),
  };
  const channel = (name: string) => channelBook.open(name)?.channel;
  const hasBrowser = (await findChromium(process.env)) !== undefined;
  const mailer = startReportMailer({
    ...{ channel, clock, log, publicUrl: () => channelBook.plan().publicUrl },
    schedules: createScheduleBook(kv, (name) => channel(name)?.sendDocument !== undefined),
    make: (asked) => makeReport(context, asked),
    ...(hasBrowser && { print: pdfOf }),
  });
  return {
    async close() {
      await mailer.close();
      await corrections.close();
      await events.close();
    },
  };
}
