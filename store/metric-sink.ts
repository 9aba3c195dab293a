/** A store that also takes the platform's own metrics. */
export interface MetricSink {
  /** Lines of InfluxDB's line protocol, times in ms. Rejects if they are not stored. */
  write(lines: readonly string[]): Promise<void>;
  /** Removes what is older than this time. */
  forget(measurement: string, before: number): Promise<void>;
}
