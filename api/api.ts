/** The HTTP API as the composition root sees it: the options of all routes together. */
import type { Log } from '../base/logger.ts';
import type { People } from '../people/people.ts';
import type { Registry } from '../registry/registry.ts';
import type { TlsAddress } from './listen-tls.ts';
import type { MetricsOptions } from './metrics.ts';
import type { AlarmLinkOptions } from './routes/alarm-link.ts';
import type { AlarmLogOptions } from './routes/alarm-log.ts';
import type { AlarmPlanOptions } from './routes/alarm-plan.ts';
import type { AlarmOptions } from './routes/alarms.ts';
import type { AlarmsLiveOptions } from './routes/alarms-live.ts';
import type { AnalysisRouteOptions } from './routes/analysis.ts';
import type { AuditOptions } from './routes/audit.ts';
import type { AutomationOptions } from './routes/automation.ts';
import type { ChannelOptions } from './routes/channels.ts';
import type { CommandOptions } from './routes/commands.ts';
import type { ContractRouteOptions } from './routes/contract.ts';
import type { CorrectionOptions } from './routes/corrections.ts';
import type { DeviceBatchOptions } from './routes/device-batch.ts';
import type { DeviceLifeOptions } from './routes/device-life.ts';
import type { DeviceRemovalOptions } from './routes/device-removal.ts';
import type { DeviceOptions } from './routes/devices.ts';
import type { DisplayOptions } from './routes/display.ts';
import type { DoctorRouteOptions } from './routes/doctor.ts';
import type { EventOptions } from './routes/events.ts';
import type { ExportOptions } from './routes/export.ts';
import type { HealthRouteOptions } from './routes/health.ts';
import type { ImportRouteOptions } from './routes/import.ts';
import type { IntakeRouteOptions } from './routes/intake.ts';
import type { KindOptions } from './routes/kinds.ts';
import type { LatestOptions } from './routes/latest.ts';
import type { LedgerOptions } from './routes/ledger.ts';
import type { LiveOptions } from './routes/live.ts';
import type { MappingTryOptions } from './routes/mapping-try.ts';
import type { ModelOptions } from './routes/models.ts';
import type { NoticeOptions } from './routes/notices.ts';
import type { ObserverOptions } from './routes/observer.ts';
import type { ParkOptions } from './routes/parks.ts';
import type { ProfileOptions } from './routes/profiles.ts';
import type { QuarantineOptions } from './routes/quarantine.ts';
import type { ReportScheduleOptions } from './routes/report-schedules.ts';
import type { ReportRouteOptions } from './routes/reports.ts';
import type { SeriesOptions } from './routes/series.ts';
import type { SiteOptions } from './routes/sites.ts';
import type { PeopleOptions } from './routes/users.ts';
import type { CodeBook } from './sign-in.ts';
import type { SingleSignOn } from './single-sign-on.ts';

/** What the server needs besides its routes. */
export interface ServerOptions {
  readonly host: string;
  readonly port: number;
  readonly people: People;
  /** Signs links in messages; in earlier versions also browser sessions. */
  readonly sessionSecret: string;
  readonly clock: () => number;
  readonly log: Log;
}

export type ApiOptions = ServerOptions &
  HealthRouteOptions &
  MetricsOptions &
  KindOptions &
  ModelOptions &
  ParkOptions &
  SiteOptions &
  ProfileOptions &
  DeviceOptions &
  DeviceBatchOptions &
  DeviceLifeOptions &
  ObserverOptions &
  DisplayOptions &
  DeviceRemovalOptions &
  MappingTryOptions &
  IntakeRouteOptions &
  DoctorRouteOptions &
  LatestOptions &
  SeriesOptions &
  ImportRouteOptions &
  ExportOptions &
  AnalysisRouteOptions &
  ReportRouteOptions &
  ReportScheduleOptions &
  LedgerOptions &
  QuarantineOptions &
  CommandOptions &
  AutomationOptions &
  EventOptions &
  CorrectionOptions &
  AlarmOptions &
  Omit<AlarmLogOptions, 'exports'> &
  AlarmsLiveOptions &
  AlarmLinkOptions &
  ChannelOptions &
  AlarmPlanOptions &
  NoticeOptions &
  PeopleOptions &
  AuditOptions &
  ContractRouteOptions &
  LiveOptions & {
    readonly registry: Registry;
    readonly codes: CodeBook;
    /** Addresses of proxies whose forwarded headers are trusted; absent: none. */
    readonly trustProxy?: readonly string[] | undefined;
    /** The page over TLS of its own, beside plain HTTP. */
    readonly tls?: TlsAddress | undefined;
    /** Absent unless an identity provider is configured. */
    readonly singleSignOn?: SingleSignOn | undefined;
    /** Built page to serve at `/`; absent in tests of routes. */
    readonly pageFolder?: string;
    readonly limits: {
      readonly maxConcurrentQueries: number;
      readonly queryTimeoutMs: number;
      readonly requestsPerMinute: number;
    };
  };

export interface Api {
  readonly url: string;
  /** Where it has TLS of its own. */
  readonly httpsUrl?: string;
  /** A link that signs one browser in, once, within an hour. */
  signInLink(): Promise<string>;
  close(): Promise<void>;
}
