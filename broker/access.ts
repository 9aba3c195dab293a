/** Who may connect, with what session and what will: the hooks of aedes around CONNECT and SUBSCRIBE. */
import type { AuthenticateError, Client, ConnectPacket, Subscription } from 'aedes';
import { clientIdOf } from '../base/topics.ts';
import type { BrokerLimits } from './broker.ts';
import type { Refusals } from './refusals.ts';
import type { Session } from './session.ts';
import { mayRead, publishedChannel } from './topic-rules.ts';
import type { Verifier } from './verifier.ts';

export interface AccessOptions {
  readonly limits: BrokerLimits;
  readonly verifier: Verifier;
  readonly refusals: Refusals;
  readonly sessionOf: (client: Client) => Session | undefined;
  readonly isClosing: () => boolean;
  /** Whether one more session that outlives its connection can be kept for this client id. */
  readonly maySessionPersist: (clientId: string) => boolean;
  readonly authenticateTimeoutMs: number;
}

export function createAccess(options: AccessOptions) {
  const { limits, verifier, refusals, sessionOf } = options;

  return {
    preConnect(client: Client, packet: ConnectPacket, callback: (error: Error | null, success: boolean) => void): void {
      const session = sessionOf(client);
      if (session === undefined || options.isClosing()) return callback(new Error('closing'), false);
      session.silenceMs = silenceMsOf(packet.keepalive ?? 0, limits);
      // Ours to watch: packets of the express lane do not come by aedes.
      packet.keepalive = 0;
      const id = packet.clientId ?? '';
      // Sessions live in memory without expiry: beyond the bound a new one ends with its connection, as its CONNACK says (no session present).
      if (packet.clean === false && id !== '' && !options.maySessionPersist(id)) packet.clean = true;
      if (packet.will) session.willTopic = packet.will.topic;
      callback(null, true);
    },

    /** Rejects with the return code for the CONNACK. */
    async authenticate(client: Client, username: string | undefined, password: Buffer | undefined): Promise<void> {
      const session = sessionOf(client);
      if (session === undefined) throw refusal(3, 'unknown connection');
      const { remote } = session;
      const verdict = await withDeadline(
        verifier.verify({ username: username ?? '', password: password ?? Buffer.alloc(0), remote }),
        options.authenticateTimeoutMs,
      );
      if (typeof verdict === 'string') {
        refusals.note(verdict, { clientId: client.id, remote });
        throw refusal(verdict === 'busy' ? 3 : verdict === 'backoff' ? 5 : 4, verdict);
      }
      const { park, device } = verdict;
      if (client.id !== clientIdOf(verdict)) {
        refusals.note('client_id', { clientId: client.id, username, remote });
        throw refusal(2, 'client id must equal the user name');
      }
      const { willTopic } = session;
      if (willTopic !== undefined && publishedChannel(willTopic, verdict, limits.maxTopicBytes) === undefined) {
        refusals.note('topic', { clientId: client.id, topic: willTopic.slice(0, limits.maxTopicBytes) });
        throw refusal(5, 'last will on a foreign topic');
      }
      session.address = { park, device };
    },

    maySubscribe(client: Client, { topic }: Subscription): boolean {
      const session = sessionOf(client);
      const isAllowed =
        session?.address !== undefined &&
        mayRead(topic, session.address) &&
        session.subscriptions.add(topic).size <= limits.maxSubscriptions;
      if (!isAllowed)
        refusals.note('subscription', { clientId: client.id, topic: topic.slice(0, limits.maxTopicBytes) });
      return isAllowed;
    },
  };
}

/** No keep-alive would keep a dead socket for ever; a short one would cut off a device while its publishes wait for a slow disk. */
function silenceMsOf(asked: number, { minKeepAliveSeconds, maxKeepAliveSeconds }: BrokerLimits): number {
  const seconds = asked === 0 ? maxKeepAliveSeconds : Math.max(asked, minKeepAliveSeconds);
  return Math.min(seconds, maxKeepAliveSeconds) * 1500;
}

/** aedes has no time limit of its own while it authenticates. */
function withDeadline<T>(work: Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(refusal(3, 'no verdict on the credential in time')), ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** CONNACK return codes of MQTT 3.1.1, table 3.1. */
function refusal(returnCode: 2 | 3 | 4 | 5, message: string): AuthenticateError {
  return Object.assign(new Error(message), { returnCode }) as AuthenticateError;
}
