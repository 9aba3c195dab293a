/** A report as data: what the page, the paper, the mail and a program are given. Nothing in it depends on a language. */
import type { Label } from '../sensors/label.ts';
import type { Point } from '../store/store.ts';

export const REPORTS = {
  daily: { zh: '园区日报', en: 'daily sheet' },
  weekly: { zh: '塘口田块周对比', en: 'weekly comparison' },
  season: { zh: '生产季报告', en: 'season report' },
  trip: { zh: '冷链运输报告', en: 'cold-chain trip' },
} as const satisfies Record<string, Label>;

export type ReportName = keyof typeof REPORTS;
export const REPORT_NAMES = Object.keys(REPORTS) as readonly ReportName[];

/** The chart behind a number. */
export interface ChartLink {
  readonly park: string;
  readonly site: string;
  /** Epoch ms. */
  readonly from: number;
  readonly to: number;
}

/** A number with its unit, a time or a text; a cell without any is unknown. */
export interface Cell {
  readonly value?: number | undefined;
  readonly unit?: string;
  readonly decimals?: number;
  /** Epoch ms. */
  readonly time?: number | undefined;
  readonly text?: Label;
  readonly link?: ChartLink;
  /** The window behind it is covered by less than 90 %. */
  readonly isIncomplete?: boolean;
  /** Beyond a limit. */
  readonly state?: 'warning' | 'critical';
}

export interface Column {
  readonly name: string;
  readonly label: Label;
}

export interface Table {
  readonly columns: readonly Column[];
  /** By name of the column. */
  readonly rows: readonly Readonly<Record<string, Cell>>[];
}

export interface Fact {
  readonly name: string;
  readonly label: Label;
  readonly cell: Cell;
}

export interface ReportChart {
  readonly label: Label;
  readonly symbol: string;
  readonly decimals: number;
  readonly from: number;
  readonly to: number;
  readonly gapMs: number;
  readonly curves: readonly { readonly name: string; readonly points: readonly Point[] }[];
}

export interface Section {
  readonly name: string;
  readonly title: Label;
  readonly facts?: readonly Fact[];
  readonly table?: Table;
  readonly charts?: readonly ReportChart[];
  readonly note?: Label;
}

export interface Report {
  readonly report: ReportName;
  /** What it is of: park, site, device. */
  readonly subject: Label;
  readonly park: string;
  readonly from: number;
  readonly to: number;
  readonly madeAt: number;
  /** Of the program. */
  readonly version: string;
  readonly sections: readonly Section[];
}

export const same = (text: string): Label => ({ zh: text, en: text });
export const textCell = (zh: string, en: string = zh): Cell => ({ text: { zh, en } });
