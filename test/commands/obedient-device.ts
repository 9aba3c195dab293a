/** A device that follows docs/commands.md: acts once on each id, answers a repeated one with what became of it, remembers ids over a restart. */
import type { MqttClient } from 'mqtt';
import { type Credentials, connectMqtt } from '../running-platform.ts';

export interface CommandMessage {
  readonly id: string;
  readonly expires: number;
  readonly by: string;
  readonly value: unknown;
}

export interface ObedientDevice {
  /** How often it acted on an id. */
  readonly effects: ReadonlyMap<string, number>;
  /** Every command that arrived, repeats as well. */
  readonly heard: readonly CommandMessage[];
  connect(): Promise<void>;
  /** Like a lost network: nothing is said. */
  cut(): Promise<void>;
  reply(reply: object): Promise<void>;
}

export interface ObedientOptions {
  readonly url: () => string;
  readonly credentials: Credentials;
  /** Between `received` and `done`, ms; undefined: it says nothing at all. */
  readonly workMs?: number | undefined;
}

export function openObedientDevice({ url, credentials, workMs }: ObedientOptions): ObedientDevice {
  const effects = new Map<string, number>();
  const heard: CommandMessage[] = [];
  const { park = '', device = '' } = /^(?<park>[^.]+)\.(?<device>.+)$/.exec(credentials.username)?.groups ?? {};
  const prefix = `daoyu/${park}/${device}/`;
  let client: MqttClient | undefined;

  /** What fails with its connection is answered again when the command comes again. */
  const reply = async (value: object) =>
    void (await client?.publishAsync(`${prefix}replies`, JSON.stringify(value), { qos: 1 }).catch(() => {}));

  async function obey(message: CommandMessage): Promise<void> {
    const { id, expires } = message;
    heard.push(message);
    if (workMs === undefined) return;
    if (effects.has(id)) return await reply({ id, state: 'done' });
    if (expires <= Date.now()) return await reply({ id, state: 'failed', message: 'too late' });
    effects.set(id, (effects.get(id) ?? 0) + 1);
    await reply({ id, state: 'received' });
    await new Promise((resolve) => setTimeout(resolve, workMs));
    await reply({ id, state: 'done', value: { is: 'on' } });
  }

  return {
    effects,
    heard,
    async connect() {
      client = await connectMqtt(url(), credentials);
      client.on('error', () => {});
      client.on('message', (_topic, payload) => void obey(JSON.parse(payload.toString('utf8')) as CommandMessage));
      await client.subscribeAsync(`${prefix}commands/#`, { qos: 1 });
    },
    async cut() {
      client?.stream.destroy();
      await client?.endAsync(true);
    },
    reply,
  };
}
