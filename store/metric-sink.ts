/** A store that also takes the platform's own figures. */
export interface MetricSink {
  /** Lines of InfluxDB's protocol, times in ms. Rejects when they are not kept. */
  write(lines: readonly string[]): Promise<void>;
  /** Removes what is older than this time. */
  forget(measurement: string, before: number): Promise<void>;
}
