/** The platform's metrics for Prometheus; read from the parts at each scrape, so that nothing is counted twice. */
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Alarms } from '../alarms/alarms.ts';
import type { BusStatus } from '../bus/bus.ts';
import type { Ledger } from '../consumers/ledger.ts';
import type { StoreStatus } from '../store/store.ts';
import { createSiteMetrics, type SiteMetricsOptions } from './site-metrics.ts';

/** Present for the parts that the process has. */
export interface PlatformStatus {
  readonly bus: BusStatus;
  readonly store?: StoreStatus;
  readonly bridge?: {
    readonly isConnected: boolean;
    readonly inFlight: number;
    readonly received: number;
    readonly acknowledged: number;
  };
  readonly version?: string;
  /** Whether the clock of the machine is in doubt. */
  readonly isClockDoubted?: boolean;
  /** Free space on the disk of the data folder. */
  readonly disk?: { readonly freeBytes: number; readonly sizeBytes: number };
  /** Names of the tasks that are assigned to this process. */
  readonly duties?: readonly string[];
  /** Values of readings that were taken, and values under keys that no field has. */
  readonly intake?: { readonly values: number; readonly unknownValues: number };
  readonly broker?: {
    readonly connections: number;
    readonly refused: Readonly<Record<string, number>>;
    readonly received: number;
    readonly acknowledged: number;
    readonly inFlight: number;
  };
}

export interface MetricsOptions {
  readonly status: () => Promise<PlatformStatus>;
  readonly ledger?: Ledger;
  readonly alarms?: Pick<Alarms, 'counts'>;
  /** Present in a process that serves sites and devices. */
  readonly sites?: SiteMetricsOptions;
}

export interface Metrics {
  readonly contentType: string;
  render(): Promise<string>;
}

/** The delay of the event loop is measured by a timer that wakes the process: with the usual 10 ms it would be most of what an idle platform does. */
const LAG_LOOK_MS = 100;

/** A part that the process does not have has no metrics, rather than zeros. */
export function createMetrics({ status, ledger, alarms, sites }: MetricsOptions): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'daoyu_', eventLoopMonitoringPrecision: LAG_LOOK_MS });
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  const counter = (name: string, help: string, labelNames: string[] = []) =>
    new Counter({ name, help, labelNames, registers: [registry] });

  const connections = gauge('daoyu_mqtt_connections', 'Connected devices');
  const inFlight = gauge('daoyu_mqtt_in_flight', 'Publishes that wait for the log');
  const received = counter('daoyu_mqtt_received_total', 'Publishes received');
  const acknowledged = counter('daoyu_mqtt_acknowledged_total', 'Publishes whose verdict became durable');
  const refused = counter('daoyu_mqtt_refused_total', 'Refusals by reason', ['reason']);
  const values = counter('daoyu_intake_values_total', 'Values of readings by what became of them', ['outcome']);
  const logBytes = gauge('daoyu_log_size_bytes', 'Size of the event log');
  const logMax = gauge('daoyu_log_max_bytes', 'Size at which the log is full');
  const logWritable = gauge('daoyu_log_writable', '1 while the log takes readings');
  const pending = gauge('daoyu_log_consumer_pending_entries', 'Entries a consumer has not taken', ['consumer']);
  const stored = gauge('daoyu_store_readings', 'Readings in the store');
  const storeBytes = gauge('daoyu_store_size_bytes', 'Size of the store on disk');
  const storeWritable = gauge('daoyu_store_writable', '1 while the store takes readings');
  const bridged = gauge('daoyu_bridge_connected', '1 while the bridge to another MQTT broker takes messages');
  const bridgeInFlight = gauge('daoyu_bridge_in_flight', 'Messages of the other broker that wait for the log');
  const bridgeReceived = counter('daoyu_bridge_received_total', 'Messages received from the other broker');
  const bridgeAcknowledged = counter('daoyu_bridge_acknowledged_total', 'Messages whose verdict became durable');
  const duty = gauge('daoyu_duty', '1 for what this process does of the work that is divided among several', ['duty']);
  const alarmGauge = gauge('daoyu_alarms', 'Alarms that are not closed', ['state', 'severity', 'class']);
  const readings = gauge('daoyu_ledger_readings', 'Readings by park and what became of them', ['park', 'outcome']);

  const build = gauge('daoyu_build_info', 'Always 1; the version is in its label', ['version']);
  const diskFree = gauge('daoyu_disk_free_bytes', 'Free on the disk of the data folder');
  const diskSize = gauge('daoyu_disk_size_bytes', 'Size of that disk');
  const clockDoubted = gauge('daoyu_clock_doubted', '1 while something speaks against the clock of the machine');
  const siteMetrics = sites && createSiteMetrics(registry, sites);

  function set(total: Counter, value: number): void {
    total.reset();
    total.inc(value);
  }

  function showBridge(bridge: NonNullable<PlatformStatus['bridge']>): void {
    bridged.set(bridge.isConnected ? 1 : 0);
    bridgeInFlight.set(bridge.inFlight);
    set(bridgeReceived, bridge.received);
    set(bridgeAcknowledged, bridge.acknowledged);
  }

  function showBroker(broker: NonNullable<PlatformStatus['broker']>): void {
    connections.set(broker.connections);
    inFlight.set(broker.inFlight);
    set(received, broker.received);
    set(acknowledged, broker.acknowledged);
    refused.reset();
    for (const [reason, count] of Object.entries(broker.refused)) refused.inc({ reason }, count);
  }

  function showIntake(intake: NonNullable<PlatformStatus['intake']>): void {
    values.reset();
    values.inc({ outcome: 'taken' }, intake.values);
    values.inc({ outcome: 'unknown' }, intake.unknownValues);
  }

  return {
    contentType: registry.contentType,
    async render() {
      // Asks first, so that two scrapes at the same time cannot add up between a reset and its counts.
      const [{ bus, store, broker, intake, bridge, disk, version, isClockDoubted, duties = [] }, account] =
        await Promise.all([status(), ledger?.account(), siteMetrics?.refresh()]);
      if (isClockDoubted !== undefined) clockDoubted.set(isClockDoubted ? 1 : 0);
      if (version !== undefined) build.set({ version }, 1);
      if (disk !== undefined) {
        diskFree.set(disk.freeBytes);
        diskSize.set(disk.sizeBytes);
      }
      if (broker !== undefined) showBroker(broker);
      if (intake !== undefined) showIntake(intake);
      if (bridge !== undefined) showBridge(bridge);
      logBytes.set(bus.sizeBytes);
      logMax.set(bus.maxBytes);
      logWritable.set(bus.isWritable ? 1 : 0);
      for (const { name, pending: count } of bus.consumers) pending.set({ consumer: name }, count);
      if (store !== undefined) {
        stored.set(store.readings);
        storeBytes.set(store.sizeBytes);
        storeWritable.set(store.isWritable ? 1 : 0);
      }
      duty.reset();
      for (const name of duties) duty.set({ duty: name }, 1);
      alarmGauge.reset();
      for (const { count, ...labels } of alarms?.counts() ?? []) alarmGauge.set(labels, count);
      readings.reset();
      for (const row of account?.rows ?? []) {
        for (const outcome of ['received', 'stored', 'duplicate', 'quarantined', 'pending'] as const)
          readings.inc({ park: row.park, outcome }, row[outcome]);
      }
      return await registry.metrics();
    },
  };
}
