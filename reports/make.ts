/** The reports by name, from what a question of the API or a schedule says. */
import { dayNumberOf, midnightOf } from '../base/beijing-time.ts';
import { DaoyuError } from '../base/errors.ts';
import type { ReportContext } from './context.ts';
import { dailyReport } from './daily.ts';
import type { Report, ReportName } from './report.ts';
import { seasonReport } from './season.ts';
import { tripReport } from './trip.ts';
import { weeklyReport } from './weekly.ts';

export interface ReportAsked {
  readonly report: ReportName;
  readonly park: string;
  /** Season. */
  readonly site?: string | undefined;
  /** Trip. */
  readonly device?: string | undefined;
  /** A moment of the day, week or season, epoch ms; absent: the last whole one, of seasons the newest. */
  readonly at?: number | undefined;
  /** Trip. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

const DAYS_OF_WEEK = 7;
/** 1970-01-01 was a Thursday. */
const MONDAY_SHIFT = 3;

export async function makeReport(context: ReportContext, asked: ReportAsked): Promise<Report> {
  const { report, park, site, device, at, from, to } = asked;
  const today = dayNumberOf(context.clock());
  switch (report) {
    case 'daily': {
      const day = at === undefined ? today - 1 : dayNumberOf(at);
      return await dailyReport(context, { park, from: midnightOf(day), to: midnightOf(day + 1) });
    }
    case 'weekly': {
      const day = at === undefined ? today - DAYS_OF_WEEK : dayNumberOf(at);
      const monday = day - ((day + MONDAY_SHIFT) % DAYS_OF_WEEK);
      return await weeklyReport(context, { park, from: midnightOf(monday), to: midnightOf(monday + DAYS_OF_WEEK) });
    }
    case 'season':
      if (site === undefined) throw missing('a season report needs site=');
      return await seasonReport(context, { park, site, at });
    case 'trip':
      if (device === undefined || from === undefined || to === undefined)
        throw missing('a trip report needs device=, from= and to=');
      return await tripReport(context, { park, device, from, to });
  }
}

const missing = (text: string) => new DaoyuError('REQUEST_INVALID', text);
