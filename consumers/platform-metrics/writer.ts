/** Writes the platform metrics beside the readings, twice a minute; a failed write is repeated with the next one. */

import type { Log } from '../../base/logger.ts';
import { METRICS_EVERY_MS, TRANSIENT_METRICS } from '../../dashboards/definition/platform-metrics.ts';
import type { MetricSink } from '../../store/metric-sink.ts';
import type { Latest, LedgerRow } from '../../store/store.ts';
import { alarmFigure, type ShownAlarm } from './alarm-figures.ts';
import { lineOf } from './line.ts';
import {
  bandMetrics,
  deviceMetrics,
  type Moment,
  type PlatformMoment,
  platformMetricsOf,
  siteMetrics,
} from './metrics.ts';

export interface PlatformMetricsOptions extends Pick<Moment, 'kinds' | 'registry' | 'isConnected'> {
  readonly sink: MetricSink;
  readonly latest: () => Promise<readonly Latest[]>;
  readonly ledger: () => Promise<readonly (LedgerRow & { readonly pending: number })[]>;
  /** All that are not over, and those of the last weeks. */
  readonly alarms: () => Promise<readonly ShownAlarm[]>;
  readonly status: () => Promise<Pick<PlatformMoment, 'bus' | 'store' | 'broker'>>;
  readonly log: Pick<Log, 'info' | 'warn'>;
  readonly clock: () => number;
}

/** Bands hardly change: one point per ten minutes, overwritten until they pass. */
const BANDS_EVERY_MS = 600_000;
/** On starting, so far back, as far as a profile was in effect: a fresh install shows its history before its bands. */
const BANDS_BACK_HOURS = 24;
const HOUR_MS = 3_600_000;
/** Figures of the past are for judging an incident, not a season; bands stay as long as the readings before them. */
const KEPT_MS = 90 * 24 * HOUR_MS;
const FORGET_EVERY_MS = 24 * HOUR_MS;
/** Lines of one write; beyond, InfluxDB advises smaller ones. */
const MOST_LINES = 5000;

export interface Figures {
  /** Writes once more, immediately. */
  write(): Promise<void>;
  close(): Promise<void>;
}

export function startPlatformMetrics(options: PlatformMetricsOptions): Figures {
  const { sink, kinds, registry, isConnected, log, clock } = options;
  let isFailing = false;
  let hasHistory = false;
  let forgotAt = Number.NEGATIVE_INFINITY;
  /** Last transition of each alarm that the store has: begun anew, all are written again, over what is there. */
  let written: ReadonlyMap<string, number> = new Map();

  async function write(): Promise<void> {
    const now = clock();
    // The store may be away while the platform is well: what is known is written.
    const latest = await options.latest().catch(() => undefined);
    const moment: Moment = { now, kinds, registry, latest, ledger: await options.ledger(), isConnected };
    const alarms = await options.alarms();
    const devices = deviceMetrics(moment);
    const figures = [
      ...devices,
      ...siteMetrics(moment, devices),
      ...bandTimes(now).flatMap((time) => bandMetrics(moment, time)),
      ...alarms.filter(({ id, seq }) => written.get(id) !== seq).map(alarmFigure),
      ...platformMetricsOf({ now, ...(await options.status()), memoryBytes: process.memoryUsage.rss() }),
    ];
    const lines = figures.flatMap((figure) => lineOf(figure) ?? []);
    for (let from = 0; from < lines.length; from += MOST_LINES) await sink.write(lines.slice(from, from + MOST_LINES));
    hasHistory = true;
    written = new Map(alarms.map(({ id, seq }) => [id, seq]));
    if (now - forgotAt < FORGET_EVERY_MS) return;
    for (const measurement of TRANSIENT_METRICS) await sink.forget(measurement, now - KEPT_MS);
    forgotAt = now;
  }

  function bandTimes(now: number): readonly number[] {
    const current = Math.floor(now / BANDS_EVERY_MS) * BANDS_EVERY_MS;
    if (hasHistory) return [current];
    return [current, ...Array.from({ length: BANDS_BACK_HOURS }, (_, index) => current - (index + 1) * HOUR_MS)];
  }

  async function turn(): Promise<void> {
    try {
      await write();
      if (isFailing) log.info({}, 'figures for Grafana are written again');
      isFailing = false;
    } catch (error) {
      if (!isFailing) log.warn({ reason: (error as Error).message }, 'figures for Grafana cannot be written');
      isFailing = true;
    }
  }

  // One at a time, so that writes do not pile up behind a slow store.
  let running: Promise<void> | undefined;
  const next = () => {
    running ??= turn().finally(() => {
      running = undefined;
    });
    return running;
  };
  const timer = setInterval(() => void next(), METRICS_EVERY_MS);
  timer.unref();
  void next();
  return {
    write: async () => {
      await running;
      await next();
    },
    async close() {
      clearInterval(timer);
      await running;
    },
  };
}
