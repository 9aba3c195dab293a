/** Who may connect, with what will, and who may subscribe: the same for every version of MQTT. */
import { clientIdOf } from '../base/topics.ts';
import type { BrokerLimits, Elsewhere } from './broker.ts';
import type { Refusals } from './refusals.ts';
import type { Session } from './session.ts';
import { mayRead, publishedTo } from './topic-rules.ts';
import type { Verifier } from './verifier.ts';

export interface AccessOptions {
  readonly limits: BrokerLimits;
  readonly verifier: Verifier;
  readonly refusals: Refusals;
  /** The credential of a session is proven. */
  readonly onProven: (session: Session) => void;
  readonly timeoutMs: number;
  readonly elsewhere?: Elsewhere | undefined;
}

export interface Login {
  /** Undefined: the client id of the credential. */
  readonly clientId: string | undefined;
  readonly username: string | undefined;
  readonly password: Buffer | undefined;
}

/** Why a CONNECT is refused; each version of MQTT has its own code for it. */
export type LoginRefusal = 'password' | 'backoff' | 'busy' | 'timeout' | 'client_id' | 'topic';

export interface Access {
  /** Sets the address of the session if it resolves without a refusal. Never rejects. */
  authenticate(session: Session, login: Login): Promise<LoginRefusal | undefined>;
  maySubscribe(session: Session, filter: string): boolean;
}

/** Explanations of the codes. */
export const REFUSAL_TEXT: Readonly<Record<LoginRefusal, string>> = {
  password: 'unknown user name or wrong password',
  backoff: 'too many wrong passwords: wait ten seconds',
  busy: 'too many devices are connecting: retry after a pause',
  timeout: 'the credential was not checked in time: retry after a pause',
  client_id: 'the client id must equal the user name',
  topic: 'the topic of the last will must be below the prefix of the device',
};

export function createAccess({ limits, verifier, refusals, onProven, timeoutMs, elsewhere }: AccessOptions): Access {
  return {
    async authenticate(session, { clientId, username = '', password = Buffer.alloc(0) }) {
      const { remote, willTopic } = session;
      const verdict = await withDeadline(verifier.verify({ username, password, remote }), timeoutMs);
      if (verdict === 'timeout') return verdict;
      if (typeof verdict === 'string') {
        refusals.note(verdict, { clientId, remote });
        return verdict;
      }
      const { park, device } = verdict;
      if (clientId !== undefined && clientId !== clientIdOf(verdict)) {
        refusals.note('client_id', { clientId, username, remote });
        return 'client_id';
      }
      if (willTopic !== undefined && publishedTo(willTopic, verdict, limits.maxTopicBytes, elsewhere) === undefined) {
        refusals.note('topic', { clientId, topic: willTopic.slice(0, limits.maxTopicBytes) });
        return 'topic';
      }
      session.address = { park, device };
      onProven(session);
      return undefined;
    },

    maySubscribe({ address, subscriptions }, filter) {
      const isAllowed =
        address !== undefined &&
        mayRead(filter, address, elsewhere) &&
        (subscriptions.has(filter) || subscriptions.size < limits.maxSubscriptions);
      if (!isAllowed && address !== undefined)
        refusals.note('subscription', { clientId: clientIdOf(address), topic: filter.slice(0, limits.maxTopicBytes) });
      return isAllowed;
    },
  };
}

/** Seconds. Without a keep-alive a dead socket would stay open for ever; a short one would disconnect a device while its publishes wait for a slow disk. */
export function keepAliveOf(asked: number, { minKeepAliveSeconds, maxKeepAliveSeconds }: BrokerLimits): number {
  const seconds = asked === 0 ? maxKeepAliveSeconds : Math.max(asked, minKeepAliveSeconds);
  return Math.min(seconds, maxKeepAliveSeconds);
}

/** Silence after which a connection with this keep-alive ends [MQTT-3.1.2-24]. */
export const silenceMsOf = (keepAliveSeconds: number): number => keepAliveSeconds * 1500;

/** A credential that is never checked must not keep its connection open. */
async function withDeadline<T>(work: Promise<T>, ms: number): Promise<T | 'timeout'> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<'timeout'>((resolve) => {
    timer = setTimeout(() => resolve('timeout'), ms);
  });
  try {
    return await Promise.race([work.catch(() => 'timeout' as const), deadline]);
  } finally {
    clearTimeout(timer);
  }
}
