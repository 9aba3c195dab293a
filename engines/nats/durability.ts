/** Determines what a PUBACK guarantees with the NATS servers as configured, by asking them. */
import type { Nats, StreamConfig, StreamInfo } from './connection.ts';
import { isOlderThan } from './connection.ts';
import { askMonitor } from './monitor.ts';

export interface Durability {
  /** What an acknowledged entry survives for certain. `process death`: kill -9 of any process, but not loss of power. */
  readonly survives: 'power loss' | 'process death' | 'nothing';
  /** Why, and what would promise more. */
  readonly message: string;
}

/** What the monitoring port of a server says; undefined when it cannot be asked. */
export interface ServerFacts {
  readonly name: string;
  readonly version: string;
  readonly syncsEachWrite: boolean;
}

/** The oldest release under which our fault tests were run; older ones lost data in ways that are fixed since. */
const TESTED = '2.10.27';

/** Asks every monitoring port that is known and judges; never rejects. */
export async function proveDurability(nats: Nats, stream: StreamInfo): Promise<Durability> {
  const answers = await Promise.all(nats.address.monitors.map(factsOf));
  const { cluster, config } = stream;
  const members = [cluster?.leader, ...(cluster?.replicas ?? []).map(({ name }) => name)];
  const names = members.filter((name) => name !== undefined);
  const facts = answers.filter((each) => each !== undefined);
  // Another server's monitoring port on the same machine must not vouch for ours.
  const known = facts.filter(({ name }) =>
    names.length > 0 ? names.includes(name) : name === nats.raw.info?.server_name,
  );
  return judge(config, Math.max(1, names.length), known, nats.version);
}

/** The rule alone: the stream as it is, how many servers keep it, and what those say that could be asked. */
export function judge(
  stream: Pick<StreamConfig, 'storage' | 'num_replicas' | 'persist_mode'>,
  members: number,
  known: readonly ServerFacts[],
  version: string,
): Durability {
  if (stream.storage !== 'file') {
    return {
      survives: 'nothing',
      message: 'the stream is kept in memory: a restart of NATS loses it. Delete it, so that it is made anew on disk',
    };
  }
  if (stream.persist_mode === 'async') {
    return {
      survives: 'nothing',
      message: 'the stream has persist_mode "async": NATS confirms before it writes. Make it anew without',
    };
  }
  const lazy = known.find(({ syncsEachWrite }) => !syncsEachWrite);
  if (lazy === undefined && known.length >= members) {
    const old = isOlderThan(version, TESTED)
      ? ` (nats-server ${version} is older than ${TESTED}, under which that was tested)`
      : '';
    const copies = members > 1 ? `, on ${members} servers` : '';
    return { survives: 'power loss', message: `every write is synced before it is confirmed${copies}${old}` };
  }
  const replicas =
    stream.num_replicas > 1
      ? ` ${stream.num_replicas} servers keep a copy: the loss of one at a time is survived.`
      : '';
  const why =
    lazy === undefined
      ? `${known.length} of ${members} servers could be asked whether they sync each write: open their monitoring port (http: 127.0.0.1:8222) or name it with ?monitor= in DAOYU_BUS_URL`
      : `${lazy.name} syncs only now and then: a loss of power takes the last minutes. Set sync_interval: always in its jetstream block (deploy/nats.conf)`;
  return { survives: 'process death', message: `${why}.${replicas}` };
}

async function factsOf(url: string): Promise<ServerFacts | undefined> {
  const varz = await askMonitor<Varz>(url, '/varz');
  if (varz?.server_name === undefined) return undefined;
  return {
    name: varz.server_name,
    version: varz.version ?? 'unknown',
    syncsEachWrite: varz.jetstream?.config?.sync_always === true,
  };
}

interface Varz {
  readonly server_name?: string;
  readonly version?: string;
  readonly jetstream?: { readonly config?: { readonly sync_always?: boolean } };
}
