/** The platform itself: intake, lag, capacity. Drawn from its own metrics in the store, not from Prometheus. */
import type { Dashboard, Panel, Quantity, StateTimelinePanel, StatPanel, TimeSeriesPanel } from './dashboard.ts';
import { CONSUMER_METRICS, consumerPending, PLATFORM_METRICS, platformMetrics } from './platform-metrics.ts';

const query = (...quantities: readonly Quantity[]) => ({ measurement: PLATFORM_METRICS, quantities, by: [] });

const stat = (figure: Quantity): StatPanel => ({
  shape: 'stat',
  name: `now-${figure.name}`,
  title: figure.label,
  width: 'quarter',
  query: query(figure),
});

function chart(name: string, zh: string, en: string, ...figures: readonly Quantity[]): TimeSeriesPanel {
  return { shape: 'timeseries', name, title: { zh, en }, width: 'half', query: query(...figures) };
}

export function platformDashboard(): Dashboard {
  const { logWritable, storeWritable, ...numbers } = platformMetrics;
  const writable: StateTimelinePanel = {
    shape: 'states',
    name: 'writable',
    title: { zh: '能否写入', en: 'Takes readings' },
    about: {
      zh: '日志不可写时设备收不到确认，会自行保留并重发；存储不可写时数据留在日志里。',
      en: 'While the log refuses, devices get no acknowledgement and keep their readings; while the store refuses, they wait on the log.',
    },
    width: 'full',
    query: query(logWritable, storeWritable),
  };
  const behind: Panel = {
    shape: 'timeseries',
    name: 'consumers',
    title: { zh: '各消费者落后条目', en: 'Entries each consumer is behind' },
    width: 'half',
    query: { measurement: CONSUMER_METRICS, quantities: [consumerPending], by: ['consumer'] },
  };
  return {
    name: 'platform',
    title: { zh: '平台运行', en: 'Platform' },
    about: {
      zh: '平台自身写入的运行数据；Prometheus 可另读 /metrics。',
      en: 'Figures the platform writes of itself; Prometheus may read the same from /metrics.',
    },
    kinds: [],
    choice: 'none',
    rows: [
      {
        name: 'now',
        title: { zh: '现在', en: 'Now' },
        panels: [
          stat(numbers.connections),
          stat(numbers.inFlight),
          stat(numbers.storeReadings),
          stat(numbers.memoryBytes),
          writable,
        ],
      },
      {
        name: 'flow',
        title: { zh: '流量', en: 'Flow' },
        panels: [
          chart('publishes', '发布累计', 'Publishes since start', numbers.received, numbers.acknowledged),
          chart('refused', '拒绝累计', 'Refusals since start', numbers.refused),
          chart('connections', '在线与等待', 'Connected and waiting', numbers.connections, numbers.inFlight),
          behind,
        ],
      },
      {
        name: 'room',
        title: { zh: '空间', en: 'Room' },
        panels: [
          chart('log', '日志大小与上限', 'Size and limit of the log', numbers.logBytes, numbers.logMaxBytes),
          chart('store', '存储大小', 'Size of the store', numbers.storeBytes),
          chart('memory', '内存', 'Memory', numbers.memoryBytes),
        ],
      },
    ],
  };
}
