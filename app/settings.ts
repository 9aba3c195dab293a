/** All settings: variable, default, meaning and check. Help, docs/settings.md (`npm run docs`) and error messages derive from this table. */
import { driverUrl } from '../base/driver.ts';
import { busDrivers } from '../bus/drivers.ts';
import { UNIT_CHOICES } from '../sensors/shown-units.ts';
import { storeDrivers } from '../store/drivers.ts';
import {
  bytes,
  duration,
  durationOrNever,
  groupRoles,
  oneOf,
  optional,
  optionalPort,
  port,
  provider,
  proxies,
  replicas,
  roles,
  text,
  tiles,
  whole,
} from './setting-parsers.ts';

interface Setting<T> {
  readonly variable: string;
  readonly fallback: string;
  readonly about: string;
  /** Throws an error whose message says what would be right. */
  readonly parse: (text: string) => T;
}

function setting<T>(variable: string, fallback: string, parse: (text: string) => T, about: string): Setting<T> {
  return { variable, fallback, parse, about };
}

export const SETTINGS = {
  roles: setting(
    'DAOYU_ROLES',
    'broker,ingest,api',
    roles,
    'Roles of this process; fewer than all need NATS and InfluxDB (docs/roles.md). Same as `up --roles`',
  ),
  host: setting(
    'DAOYU_HOST',
    '127.0.0.1',
    text,
    'Address to listen on; `0.0.0.0` exposes MQTT and HTTP to the network',
  ),
  mqttPort: setting('DAOYU_MQTT_PORT', '1883', optionalPort, 'MQTT over TCP; `0` picks a free port, `off` disables it'),
  webSocketPort: setting(
    'DAOYU_WS_PORT',
    '8083',
    optionalPort,
    'MQTT over WebSocket, path `/mqtt`; `0`, `off` as above',
  ),
  tlsPort: setting('DAOYU_MQTTS_PORT', '8883', port, 'MQTT over TLS, enabled if a certificate is given'),
  tlsCertificate: setting('DAOYU_TLS_CERT', '', optional, 'File with the certificate chain (PEM)'),
  tlsKey: setting('DAOYU_TLS_KEY', '', optional, 'File with its private key (PEM)'),
  hj212Port: setting(
    'DAOYU_HJ212_PORT',
    'off',
    optionalPort,
    'HJ 212-2017 over TCP, for data loggers of environmental stations (docs/hj212.md); `0`, `off` as above',
  ),
  httpPort: setting(
    'DAOYU_HTTP_PORT',
    '8080',
    port,
    'Page and API; without the role `api` only health and metrics; `0` picks a free port',
  ),
  httpsPort: setting(
    'DAOYU_HTTPS_PORT',
    'off',
    optionalPort,
    'Page and API over TLS too, with the certificate above, for an installation without a proxy; `0`, `off` as above',
  ),
  dataDir: setting('DAOYU_DATA_DIR', './data', text, 'Data folder, used by one process at a time'),
  demo: setting(
    'DAOYU_DEMO',
    'no',
    (value) => oneOf('yes', 'no')(value) === 'yes',
    'Create the demo park with its sites and devices: `yes` or `no`; `daoyu demo remove` removes it again',
  ),
  busUrl: setting(
    'DAOYU_BUS_URL',
    'embedded',
    driverUrl(busDrivers),
    'Event log and shared state: `embedded` (LMDB in the data folder), `nats://user:password@host:4222,…` (JetStream, docs/nats.md), `memory` (for tests)',
  ),
  storeUrl: setting(
    'DAOYU_STORE_URL',
    'embedded',
    driverUrl(storeDrivers),
    'Time series: `embedded` (DuckDB in the data folder), `influxdb://…` (docs/influxdb.md), `memory` (for tests)',
  ),
  apiToken: setting(
    'DAOYU_API_TOKEN',
    '',
    optional,
    'Bearer token of the API; if absent, one is generated in the data folder',
  ),
  devicePassword: setting(
    'DAOYU_DEVICE_PASSWORD',
    '',
    optional,
    'Password of the device whose readings `replay` publishes; demo devices need none',
  ),
  logLevel: setting('DAOYU_LOG_LEVEL', 'info', oneOf('debug', 'info', 'warn', 'error', 'silent'), 'Log level'),
  kindsDir: setting('DAOYU_KINDS_DIR', '', optional, 'Folder of sensor kinds to use instead of `sensors/kinds`'),

  diskReserve: setting(
    'DAOYU_DISK_RESERVE',
    '64MB',
    bytes,
    'Disk space kept free: below it PUBACKs are withheld until there is room again',
  ),
  busMaxBytes: setting(
    'DAOYU_BUS_MAX_BYTES',
    '4GiB',
    bytes,
    'Largest size of the log on disk. The oldest entries that all consumers have taken are removed first; if none is left to remove, PUBACKs are withheld',
  ),
  busReplicas: setting(
    'DAOYU_BUS_REPLICAS',
    '1',
    replicas,
    'NATS servers that keep a copy of log and state: 1, 3 or 5',
  ),
  busRetain: setting(
    'DAOYU_BUS_RETAIN',
    '7d',
    duration,
    'How long entries that all consumers have taken are kept for replay',
  ),
  retainRaw: setting(
    'DAOYU_RETAIN_RAW',
    'never',
    durationOrNever,
    'Age at which raw readings are removed (hourly rollups stay); `never` keeps them',
  ),
  retainMinutes: setting(
    'DAOYU_RETAIN_MINUTES',
    'never',
    durationOrNever,
    'Age at which 1-minute rollups are removed; `never` keeps them',
  ),
  quarantineRetain: setting(
    'DAOYU_QUARANTINE_RETAIN',
    '90d',
    duration,
    'How long refused payloads are kept for inspection and replay',
  ),
  quarantineMax: setting(
    'DAOYU_QUARANTINE_MAX',
    '100000',
    whole(100, 10_000_000),
    'Most refused payloads kept; the oldest are removed first and stay in the ledger',
  ),
  auditRetain: setting(
    'DAOYU_AUDIT_RETAIN',
    '400d',
    duration,
    'How long the audit trail is kept; the log itself keeps its entries for `DAOYU_BUS_RETAIN`',
  ),
  auditMax: setting(
    'DAOYU_AUDIT_MAX',
    '100000',
    whole(1000, 1_000_000),
    'Most entries of the audit trail kept; the oldest are removed first',
  ),
  storeMemory: setting('DAOYU_STORE_MEMORY', '512MB', text, 'Memory the embedded store may use'),
  storeGap: setting(
    'DAOYU_STORE_GAP',
    'refuse',
    oneOf('refuse', 'accept'),
    'If the embedded store lacks readings that the log no longer holds: `refuse` waits for the newer file, `accept` continues without them',
  ),

  bridge: setting(
    'DAOYU_MQTT_BRIDGE',
    '',
    optional,
    'Another MQTT broker whose devices are ingested too: `mqtt://user:password@host:1883`, `mqtts://`, `ws://`, `wss://`; see docs/bridge.md',
  ),

  maxPacketBytes: setting(
    'DAOYU_MQTT_MAX_PACKET',
    '256KiB',
    bytes,
    'Largest MQTT packet; a larger publish is acknowledged, quarantined and reported to the device',
  ),
  maxTopicBytes: setting('DAOYU_MQTT_MAX_TOPIC', '256', whole(32, 1024), 'Longest topic, bytes'),
  maxConnections: setting('DAOYU_MQTT_MAX_CONNECTIONS', '10000', whole(1, 1_000_000), 'Connections at one time'),
  maxConnectionsPerAddress: setting(
    'DAOYU_MQTT_MAX_CONNECTIONS_PER_ADDRESS',
    '10000',
    whole(1, 1_000_000),
    'Connections from one network address (devices behind one 4G gateway share one)',
  ),
  maxMessagesPerSecond: setting(
    'DAOYU_MQTT_MAX_RATE',
    '100',
    whole(1, 1_000_000),
    'Sustained messages a second of one device; bursts of ten seconds are accepted, beyond that its socket is read more slowly',
  ),
  maxInFlightPerClient: setting(
    'DAOYU_MQTT_MAX_INFLIGHT_PER_CLIENT',
    '100',
    whole(1, 65_535),
    'Publishes of one device waiting for the log before its socket is no longer read',
  ),
  maxInFlight: setting('DAOYU_MQTT_MAX_INFLIGHT', '20000', whole(1, 1_000_000), 'The same for all devices together'),
  maxInFlightBytes: setting(
    'DAOYU_MQTT_MAX_INFLIGHT_BYTES',
    '2MiB',
    bytes,
    'The same in bytes; a waiting reading takes about forty times its size in memory',
  ),
  connectTimeoutMs: setting('DAOYU_MQTT_CONNECT_TIMEOUT', '5s', duration, 'Time a new connection has for its CONNECT'),
  minKeepAlive: setting(
    'DAOYU_MQTT_MIN_KEEPALIVE',
    '60s',
    duration,
    'Shorter keep-alives are raised to this, so that a slow disk disconnects nobody',
  ),
  maxKeepAlive: setting(
    'DAOYU_MQTT_MAX_KEEPALIVE',
    '20m',
    duration,
    'Longer or absent keep-alives are lowered to this',
  ),
  drainTimeoutMs: setting(
    'DAOYU_MQTT_DRAIN_TIMEOUT',
    '5s',
    duration,
    'A client that does not read its messages is disconnected after this time',
  ),
  admitTimeoutMs: setting(
    'DAOYU_MQTT_ADMIT_TIMEOUT',
    '10s',
    duration,
    'Without a durable verdict within this time there is no PUBACK and the connection is closed, so that the device resends',
  ),
  maxPersistentSessions: setting(
    'DAOYU_MQTT_MAX_SESSIONS',
    '5000',
    whole(0, 1_000_000),
    'Sessions kept for disconnected devices (clean session off)',
  ),
  maxQueuedPerSession: setting(
    'DAOYU_MQTT_MAX_QUEUED',
    '100',
    whole(0, 100_000),
    'Messages kept for one disconnected device',
  ),
  maxSubscriptions: setting('DAOYU_MQTT_MAX_SUBSCRIPTIONS', '20', whole(1, 1000), 'Subscriptions of one device'),

  maxPoints: setting('DAOYU_API_MAX_POINTS', '200000', whole(100, 10_000_000), 'Most points in one answer'),
  maxConcurrentQueries: setting(
    'DAOYU_API_MAX_QUERIES',
    '4',
    whole(1, 1000),
    'Concurrent store queries; more wait, then are asked to come back',
  ),
  queryTimeoutMs: setting('DAOYU_API_QUERY_TIMEOUT', '30s', duration, 'Time after which a query is stopped'),
  maxLiveClients: setting('DAOYU_API_MAX_LIVE', '200', whole(1, 100_000), 'Open live streams'),
  trustProxy: setting(
    'DAOYU_TRUST_PROXY',
    '',
    proxies,
    'Proxies whose `X-Forwarded-*` headers are trusted: addresses or networks, e.g. `127.0.0.1,10.0.0.0/8`; the cookie is then `Secure` behind TLS',
  ),
  oidcIssuer: setting(
    'DAOYU_OIDC_ISSUER',
    '',
    provider,
    'Identity provider through which invited people sign in (OpenID Connect), e.g. `https://login.example.cn/realms/farm`; docs/security.md',
  ),
  oidcClientId: setting('DAOYU_OIDC_CLIENT_ID', '', optional, 'Client id of this installation at the provider'),
  oidcClientSecret: setting('DAOYU_OIDC_CLIENT_SECRET', '', optional, 'Client secret; absent for a public client'),
  oidcName: setting('DAOYU_OIDC_NAME', 'OIDC', text, 'Name of the provider on the sign-in page'),
  oidcRoles: setting(
    'DAOYU_OIDC_ROLES',
    '',
    groupRoles,
    'Roles by group at the provider: `farm-admins=admin,watch=operator@tianyu`; absent: roles are given here',
  ),
  oidcRolesClaim: setting('DAOYU_OIDC_ROLES_CLAIM', 'groups', text, 'Claim that lists the groups of a person'),
  units: setting(
    'DAOYU_UNITS',
    'metric',
    oneOf(...UNIT_CHOICES),
    'Units in which people read values on the page and in alarms: `metric`, or `farm` for 亩, 公斤/亩 and 厘米. API, files and Grafana keep the units of the kinds',
  ),
  mapTiles: setting(
    'DAOYU_MAP_TILES',
    '',
    tiles,
    'Base layer of maps, WGS-84 in Web Mercator: `https://tiles.example.cn/{z}/{x}/{y}.png`; absent: none. Browsers ask that server for tiles',
  ),
  mapAttribution: setting('DAOYU_MAP_ATTRIBUTION', '', text, 'Name of whoever made the map, shown on it'),
  requestsPerMinute: setting('DAOYU_API_RATE', '1200', whole(1, 1_000_000), 'Requests a minute per client'),
} as const satisfies Record<string, Setting<unknown>>;
