/** The addresses of the platform: MQTT topics that firmware sees and subjects on the event log, with their grammar. */

/** Ids of parks, sites and devices: lower-case letters, digits and hyphens, 1 to 64 of them. */
export const SLUG = /^[a-z0-9-]{1,64}$/;

/** Ids of commands: time of sending in epoch ms, and a random suffix. */
export const COMMAND_ID = /^\d{13}-[0-9a-f]{12}$/;

export interface DeviceAddress {
  readonly park: string;
  readonly device: string;
}

export interface DeviceTopic extends DeviceAddress {
  /** What follows the device: `telemetry`, `status`, `errors`, `commands/aerator`… */
  readonly channel: string;
}

/** `daoyu/{park}/{device}/…`: everything a device may publish lies below. */
export function topicPrefix({ park, device }: DeviceAddress): string {
  return `daoyu/${park}/${device}/`;
}

export function topicsOf(address: DeviceAddress) {
  const prefix = topicPrefix(address);
  return {
    telemetry: `${prefix}telemetry`,
    status: `${prefix}status`,
    errors: `${prefix}errors`,
    commands: `${prefix}commands/#`,
    replies: `${prefix}replies`,
  } as const;
}

/** The parts of a device's topic, or undefined when it is none. */
export function parseTopic(topic: string): DeviceTopic | undefined {
  const [root, park, device, ...rest] = topic.split('/');
  if (root !== 'daoyu' || park === undefined || device === undefined || rest.length === 0) return undefined;
  if (!SLUG.test(park) || !SLUG.test(device)) return undefined;
  return { park, device, channel: rest.join('/') };
}

/** User name and client id of a device are the same text: `{park}.{device}`; a slug holds no dot, so it is unambiguous. */
export function clientIdOf({ park, device }: DeviceAddress): string {
  return `${park}.${device}`;
}

const OBSERVER = '.observer';

/**
 * The read-only login beside a device's own: `{park}.{device}.observer`. It hears what the device is told, publishes nothing, and takes no connection away
 * from it. A slug holds no dot, so it is no device's.
 */
export const observerOf = ({ park, device }: DeviceAddress): DeviceAddress => ({ park, device: device + OBSERVER });

/** The device whose observer this is; undefined for a device. */
export function observedBy({ park, device }: DeviceAddress): DeviceAddress | undefined {
  return device.endsWith(OBSERVER) ? { park, device: device.slice(0, -OBSERVER.length) } : undefined;
}

/** Number of partitions shared out among writers of the store. Part of the log's format: the subject of an entry contains its partition. */
export const PARTITIONS = 4;

/** FNV-1a of the device's name. */
export function partitionOf(device: DeviceAddress): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(clientIdOf(device))) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash % PARTITIONS;
}

/** Subjects of a partition. The first partition also takes entries without one. */
export function subjectsOfPartition(partition: number): readonly string[] {
  const own = [`daoyu.readings.*.*.${partition}`, `daoyu.quarantine.*.${partition}`];
  return partition === 0 ? [...own, 'daoyu.readings.*.*', 'daoyu.quarantine.*'] : own;
}

/** The partition of an entry of readings or quarantine. */
export function partitionOfSubject(subject: string): number {
  const tokens = subject.split('.');
  const last = Number(tokens[tokens[1] === 'readings' ? 4 : 3]);
  return Number.isInteger(last) && last >= 0 && last < PARTITIONS ? last : 0;
}

/** Subjects of the event log (NATS grammar: tokens joined by dots, `*` one token, `>` the rest). */
export const subjects = {
  /** `daoyu.readings.{park}.{kind}.{partition}`: all of a device on one partition, in order. */
  readings: (device: DeviceAddress, kind: string) => `daoyu.readings.${device.park}.${kind}.${partitionOf(device)}`,
  /** `daoyu.quarantine.{park}.{partition}` */
  quarantine: (device: DeviceAddress) => `daoyu.quarantine.${device.park}.${partitionOf(device)}`,
  devices: (park: string) => `daoyu.devices.${park}`,
  alarms: (park: string) => `daoyu.alarms.${park}`,
  /** Actions of people on alarms: acknowledge, shelve, maintenance. */
  actions: (park: string) => `daoyu.actions.${park}`,
  /** Commands to devices, their replies and expiries. */
  commands: (park: string) => `daoyu.commands.${park}`,
  /** The audit trail; under the park concerned, if it is a single one. */
  audit: (park?: string) => (park === undefined ? 'daoyu.audit' : `daoyu.audit.${park}`),
  /** Records of people: events and corrections. */
  journal: (park: string) => `daoyu.journal.${park}`,
  clock: 'daoyu.clock',
  registry: 'daoyu.registry',
  allAlarms: 'daoyu.alarms.>',
  allCommands: 'daoyu.commands.>',
  allActions: 'daoyu.actions.>',
  allJournal: 'daoyu.journal.>',
  allReadings: 'daoyu.readings.>',
  allQuarantine: 'daoyu.quarantine.>',
  allDevices: 'daoyu.devices.>',
  allAudit: ['daoyu.audit', 'daoyu.audit.>'],
} as const;

/** Whether a topic falls under an MQTT filter with `+` and `#` [MQTT-4.7]. */
export function topicMatches(filter: string, topic: string): boolean {
  if (filter === topic) return true;
  const wanted = filter.split('/');
  const levels = topic.split('/');
  for (const [index, want] of wanted.entries()) {
    if (want === '#') return index === wanted.length - 1;
    if (index >= levels.length || (want !== '+' && want !== levels[index])) return false;
  }
  return wanted.length === levels.length;
}

/** Whether a subject falls under a pattern with `*` and `>`. */
export function subjectMatches(pattern: string, subject: string): boolean {
  const wanted = pattern.split('.');
  const tokens = subject.split('.');
  for (const [index, want] of wanted.entries()) {
    if (want === '>') return tokens.length > index;
    if (want !== '*' && want !== tokens[index]) return false;
  }
  return wanted.length === tokens.length;
}
