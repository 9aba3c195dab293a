/** A NATS connection that reconnects without end, with JetStream and translated errors; the only file that imports the client. */

import { readFile } from 'node:fs/promises';
import { type JetStreamClient, type JetStreamManager, jetstream } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import {
  connect,
  credsAuthenticator,
  type MsgHdrs,
  type NatsConnection,
  headers as natsHeaders,
} from '@nats-io/transport-node';
import { DaoyuError } from '../../base/errors.ts';
import type { Log } from '../../base/logger.ts';
import { type NatsAddress, parseNatsUrl, showNatsUrl } from './url.ts';

export type { Consumer, ConsumerInfo, ConsumerMessages, JsMsg, StreamConfig, StreamInfo } from '@nats-io/jetstream';
export type { KV, KvEntry } from '@nats-io/kv';
export type { Msg, Subscription } from '@nats-io/transport-node';

export interface OpenNatsOptions {
  readonly url: string;
  /** Shown in the server's list of connections. */
  readonly name: string;
  readonly log: Pick<Log, 'info' | 'warn'>;
}

export interface Nats {
  readonly address: NatsAddress;
  readonly raw: NatsConnection;
  readonly client: JetStreamClient;
  readonly manager: JetStreamManager;
  readonly buckets: Kvm;
  readonly isConnected: boolean;
  /** Version of the server it is connected to, and the largest message that takes. */
  readonly version: string;
  readonly maxPayload: number;
  /** Calls back when the connection is lost and when it is restored; returns the function that stops it. */
  watch(onChange: (isConnected: boolean) => void): () => void;
  /** Asks the JetStream API. Rejects with `BUS_UNAVAILABLE`, or with the translation of what the server answers. */
  ask<T>(call: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export const NATS_MINIMUM = '2.10.0';

const CONNECT_TIMEOUT_MS = 5000;
const ASK_TIMEOUT_MS = 5000;
const AGAIN_AFTER_MS = 500;
/** A server that is frozen keeps its sockets open: two unanswered pings end the connection. */
const PING_EVERY_MS = 5000;

/** Codes of the JetStream API that are told apart; from the server's errors.json. */
export const JETSTREAM_CODES = {
  notEnabledForAccount: 10039,
  streamNotFound: 10059,
  consumerNotFound: 10014,
  consumerExists: 10148,
  noMessageFound: 10037,
  wrongLastSequence: 10071,
  /** The same, from a server of a cluster (2.11 and later) that has another write of the subject under way. */
  wrongLastSequenceUnderWay: 10164,
  duplicateUnderWay: 10158,
  noSuitablePeers: 10005,
  subjectsOverlap: 10065,
  insufficientResources: 10023,
  storageExceeded: 10047,
  storeFailed: 10077,
} as const;

/**
 * Waits as long as it takes for a server that is away, saying so once; rejects with `BUS_UNSUITABLE` when there is one that refuses us or has no JetStream.
 */
export async function openNats({ url, name, log }: OpenNatsOptions): Promise<Nats> {
  const address = parseNatsUrl(url);
  const where = showNatsUrl(address);
  const raw = await connectPatiently(address, name, log);
  const listeners = new Set<(isConnected: boolean) => void>();
  let isConnected = true;
  const client = jetstream(raw, { timeout: ASK_TIMEOUT_MS });
  let manager: JetStreamManager;
  try {
    refuseUnsuitable(raw, where);
    manager = await client.jetstreamManager(false);
    await waitForJetStream(manager, where, log);
  } catch (error) {
    await raw.close();
    throw error;
  }

  function change(now: boolean): void {
    if (now === isConnected) return;
    isConnected = now;
    if (now) log.info({ server: where }, 'NATS is back');
    else log.warn({ server: where }, 'NATS is away; waiting for it');
    for (const listener of [...listeners]) listener(now);
  }

  void (async () => {
    for await (const status of raw.status()) {
      if (status.type === 'disconnect' || status.type === 'staleConnection') change(false);
      if (status.type === 'reconnect') change(true);
    }
  })();

  return {
    address,
    raw,
    client,
    manager,
    buckets: new Kvm(client),
    get isConnected() {
      return isConnected && !raw.isClosed();
    },
    get version() {
      return raw.info?.version ?? 'unknown';
    },
    get maxPayload() {
      return raw.info?.max_payload ?? 1024 * 1024;
    },
    watch(onChange) {
      listeners.add(onChange);
      return () => listeners.delete(onChange);
    },
    async ask(call) {
      if (!isConnected) throw unavailable(where);
      try {
        return await call();
      } catch (error) {
        throw translateNats(error, where);
      }
    },
    async close() {
      listeners.clear();
      if (isConnected) await Promise.race([raw.flush().catch(() => {}), pause(1000)]);
      await raw.close();
    },
  };
}

/** The code of the JetStream API in an error of ours or of the client; undefined when there is none. */
export function jetStreamCode(error: unknown): number | undefined {
  let origin = error;
  while (origin instanceof DaoyuError && origin.cause !== undefined) origin = origin.cause;
  if (typeof origin !== 'object' || origin === null || !('code' in origin)) return undefined;
  return typeof origin.code === 'number' ? origin.code : undefined;
}

/** Translates the server's answer. */
export function translateNats(error: unknown, where: string): DaoyuError {
  if (error instanceof DaoyuError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return translateCode(jetStreamCode(error), message, where, error);
}

export function translateCode(code: number | undefined, message: string, where: string, cause?: unknown): DaoyuError {
  const options = cause === undefined ? {} : { cause };
  if (code === JETSTREAM_CODES.notEnabledForAccount) return withoutJetStream(where, options);
  if (code === JETSTREAM_CODES.storeFailed && /maximum (bytes|messages)/.test(message)) {
    return new DaoyuError('BUS_FULL', `the log on ${where} is full: ${message}`, options);
  }
  if (code === JETSTREAM_CODES.storeFailed && /no space/i.test(message)) {
    return new DaoyuError(
      'DISK_FULL',
      `no space is left on the disk of ${where}: make room, intake goes on by itself`,
      options,
    );
  }
  return new DaoyuError('BUS_UNAVAILABLE', `NATS at ${where} does not answer as it should: ${message}`, options);
}

/** Headers of a message, from pairs. */
export function headersOf(pairs: readonly (readonly [string, string])[]): MsgHdrs {
  const all = natsHeaders();
  for (const [name, value] of pairs) all.set(name, value);
  return all;
}

export function isOlderThan(version: string, minimum: string): boolean {
  const [mine, least] = [version, minimum].map((text) => text.split(/[.-]/).slice(0, 3).map(Number));
  for (let index = 0; index < 3; index++) {
    const difference = (mine?.[index] ?? 0) - (least?.[index] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

async function connectPatiently(
  address: NatsAddress,
  name: string,
  log: Pick<Log, 'info' | 'warn'>,
): Promise<NatsConnection> {
  const { servers, user, password, token, credentials, tls } = address;
  const where = showNatsUrl(address);
  const creds = credentials === undefined ? undefined : await readCredentials(credentials);
  let isSaid = false;
  for (;;) {
    try {
      return await connect({
        servers: [...servers],
        name,
        ...(user !== undefined && { user, pass: password ?? '' }),
        ...(token !== undefined && { token }),
        ...(creds && { authenticator: credsAuthenticator(creds) }),
        ...(tls && { tls: { ...tls } }),
        timeout: CONNECT_TIMEOUT_MS,
        maxReconnectAttempts: -1,
        reconnectTimeWait: 250,
        reconnectJitter: 100,
        // A sign-in that is refused for a while, as during a change of passwords, must not end us.
        ignoreAuthErrorAbort: true,
        pingInterval: PING_EVERY_MS,
        maxPingOut: 2,
      });
    } catch (error) {
      const problem = error instanceof Error ? error : new Error(String(error));
      if (/Authorization|Authentication/.test(problem.name) || /authorization|authentication/i.test(problem.message)) {
        const message = `NATS at ${where} refuses to let us in (${problem.message}): check user, password, token or credentials in DAOYU_BUS_URL`;
        throw new DaoyuError('BUS_UNSUITABLE', message, { cause: error });
      }
      if (/certificate|self.signed|tls/i.test(problem.message)) {
        const message = `NATS at ${where}: ${problem.message}. Give its authority with ?ca=/file in DAOYU_BUS_URL`;
        throw new DaoyuError('BUS_UNSUITABLE', message, { cause: error });
      }
      if (!isSaid) log.warn({ server: where, problem: problem.message }, `waiting for NATS at ${where}`);
      isSaid = true;
      await pause(AGAIN_AFTER_MS);
    }
  }
}

async function readCredentials(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new DaoyuError(
      'FILE_MISSING',
      `the credentials of DAOYU_BUS_URL cannot be read: ${(cause as Error).message}`,
      { cause },
    );
  }
}

function refuseUnsuitable(raw: NatsConnection, where: string): void {
  const { version = '0', jetstream: hasJetStream } = raw.info ?? {};
  if (hasJetStream !== true) throw withoutJetStream(where);
  if (isOlderThan(version, NATS_MINIMUM)) {
    const message = `nats-server ${version} at ${where} is too old: ${NATS_MINIMUM} is the oldest that works, 2.10.27 the oldest that was tested`;
    throw new DaoyuError('BUS_UNSUITABLE', message);
  }
}

/** A cluster that is coming up has no leader yet: that passes. */
async function waitForJetStream(
  manager: JetStreamManager,
  where: string,
  log: Pick<Log, 'info' | 'warn'>,
): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      await manager.getAccountInfo();
      return;
    } catch (error) {
      const translated = translateNats(error, where);
      if (translated.code === 'BUS_UNSUITABLE') throw translated;
      if (tries === 0) log.warn({ server: where, problem: translated.message }, 'waiting for JetStream');
      await pause(AGAIN_AFTER_MS);
    }
  }
}

function withoutJetStream(where: string, options?: ErrorOptions): DaoyuError {
  const message = `the server at ${where} has no JetStream for us: start it with "jetstream { store_dir: … }" in its configuration (deploy/nats.conf), and allow it for the account`;
  return new DaoyuError('BUS_UNSUITABLE', message, options);
}

function unavailable(where: string): DaoyuError {
  return new DaoyuError('BUS_UNAVAILABLE', `NATS at ${where} is away; waiting for it`);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
