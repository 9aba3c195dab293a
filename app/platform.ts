/** The composition root: opens the roles of this process in order of dependency and closes them in reverse. */
import { statfs } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from 'pino';
import { openHealth } from '../api/health-server.ts';
import { codeOf, DaoyuError } from '../base/errors.ts';
import type { Admit, Broker } from '../broker/broker.ts';
import type { Kind } from '../sensors/kind.ts';
import type { Store } from '../store/store.ts';
import { openStore, sharedForms, sharedParts } from './backends.ts';
import { openControl } from './backup/control.ts';
import { copyInstallation } from './backup/copy.ts';
import type { Config } from './config.ts';
import { readinessOf } from './readiness.ts';
import { openApiRole } from './roles/api-role.ts';
import { openBrokerRole } from './roles/broker-role.ts';
import { openIngestRole } from './roles/ingest-role.ts';
import { type Closer, openServices } from './services.ts';
import { ROLES } from './setting-parsers.ts';
import { programVersion } from './version.ts';

export interface Platform {
  /** Without the role `api`, `http` has health and metrics only; without `broker`, `mqtt` is empty. */
  readonly urls: {
    readonly http: string;
    readonly https?: string;
    readonly mqtt: Broker['urls'];
    readonly hj212?: string;
  };
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly token: string;
  /** Nothing is set up yet: there is no park. */
  isEmpty(): boolean;
  /** Undefined without the role `api`. */
  signInLink(): Promise<string | undefined>;
  /** Stops intake first, waits until pending readings are durable, then closes the rest. */
  close(): Promise<void>;
}

/** After a start that failed. */
const CLOSED_WITHIN_MS = 3000;

export interface PlatformOptions {
  readonly log: Logger;
  readonly clock: () => number;
  /** Wraps `admit` between broker and intake, for measurements and control experiments. */
  readonly wrapAdmit?: (admit: Admit) => Admit;
  /** Wraps the store, for faults that a real store shows too rarely. */
  readonly wrapStore?: (store: Store) => Store;
}

export async function startPlatform(config: Config, options: PlatformOptions): Promise<Platform> {
  const opened: (() => Promise<void> | void)[] = [];
  const keep: Closer = (part) => {
    opened.push(() => part.close());
    return part;
  };
  const close = async () => {
    for (const closePart of opened.splice(0).reverse()) await closePart();
  };
  try {
    return { ...(await open(config, options, keep)), close };
  } catch (error) {
    // A part that cannot be closed must not hide the original error, nor prevent another start.
    const closing = close().catch((problem: unknown) =>
      options.log.warn({ code: codeOf(problem) }, 'a part could not be closed after the failed start'),
    );
    await Promise.race([closing, wait(CLOSED_WITHIN_MS, undefined, { ref: false })]);
    throw error;
  }
}

async function open(
  config: Config,
  { log, clock, wrapAdmit = (admit) => admit, wrapStore = (given) => given }: PlatformOptions,
  keep: Closer,
): Promise<Omit<Platform, 'close'>> {
  checkRoles(config);
  const { roles, host, httpPort: port } = config;
  const services = await openServices({ config, log, clock }, keep);
  const { context, kinds, bus, kv, token, sessionSecret, people } = services;
  const needsStore = roles.includes('ingest') || roles.includes('api');
  const store = needsStore ? wrapStore(keep(await openStore(context, kinds, kv))) : undefined;

  const ingest = store && roles.includes('ingest') ? await openIngestRole(services, store, keep) : undefined;
  const door = roles.includes('broker') ? await openBrokerRole(services, wrapAdmit, keep) : undefined;

  const checks = () => readinessOf({ bus, store, bridge: door?.bridge, writerProblem: ingest?.writerProblem });
  const status = async () => ({
    version: programVersion(),
    isClockDoubted: services.installation.doubt() !== undefined,
    disk: await diskOf(services.folder.path),
    bus: await bus.status(),
    ...(store && { store: await store.status() }),
    ...(door && { broker: door.broker.status(), intake: door.intake() }),
    ...(door?.bridge && { bridge: door.bridge.status() }),
    ...(ingest && { duties: ingest.tasks() }),
  });
  const api =
    store && roles.includes('api')
      ? await openApiRole(services, { store, door, ingest, checks, status }, keep)
      : undefined;
  const http = api ?? keep(await openHealth({ host, port, people, sessionSecret, checks, status, clock, log }));

  const { folder, registry } = services;
  const parts = { bus, kv, store, registry, dataFolder: folder.path };
  keep(
    await openControl({
      folder: folder.path,
      backup: (target, onProgress) => copyInstallation(parts, target, onProgress),
      log,
    }),
  );
  return {
    urls: {
      http: http.url,
      ...(api?.httpsUrl !== undefined && { https: api.httpsUrl }),
      mqtt: door?.broker.urls ?? {},
      ...(door?.hj212 && { hj212: `tcp://${host}:${door.hj212.port}` }),
    },
    kinds,
    token,
    isEmpty: () => registry.parks().length === 0,
    signInLink: async () => await api?.signInLink(),
  };
}

async function diskOf(folder: string) {
  const { bavail, blocks, bsize } = await statfs(folder);
  return { freeBytes: bavail * bsize, sizeBytes: blocks * bsize };
}

/** Embedded parts belong to one process; otherwise each process would have its own log or store. */
function checkRoles(config: Config): void {
  if (config.roles.length === ROLES.length) return;
  const { isLogShared, isStoreShared } = sharedParts(config);
  const needsStore = config.roles.some((role) => role !== 'broker');
  const missing = [
    ...(isLogShared ? [] : [`DAOYU_BUS_URL=${sharedForms.bus}`]),
    ...(isStoreShared || !needsStore ? [] : [`DAOYU_STORE_URL=${sharedForms.store}`]),
  ];
  if (missing.length === 0) return;
  throw new DaoyuError(
    'ROLES_NEED_SERVERS',
    `the roles ${config.roles.join(',')} alone need parts that several processes share: set ${missing.join(' and ')}, or give this process all roles (${ROLES.join(',')})`,
  );
}
