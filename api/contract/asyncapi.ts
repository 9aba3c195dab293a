/** The contract between devices and platform as AsyncAPI 3.0: generated from the kinds, the grammar of topics and the codes of refusals. */
import { REPLY_STATES } from '../../bus/events.ts';
import { REJECTION_CODES } from '../../bus/rejection.ts';
import type { Kind } from '../../sensors/kind.ts';
import { type JsonSchema, telemetrySchema } from './telemetry-schema.ts';

/** From whose point of view `send` and `receive` are named. */
export const VIEWS = ['device', 'platform'] as const;
export type View = (typeof VIEWS)[number];

export interface ContractOptions {
  readonly kinds: readonly Kind[];
  readonly view: View;
  readonly maxPacketBytes: number;
}

const JSON_TYPE = 'application/json';
const MQTT_BINDING = '0.2.0';

export function asyncApi({ kinds, view, maxPacketBytes }: ContractOptions): JsonSchema {
  const isDevice = view === 'device';
  const up = isDevice ? 'send' : 'receive';
  const down = isDevice ? 'receive' : 'send';
  return {
    asyncapi: '3.0.0',
    info: {
      title: `daoyu: what a device publishes and receives, from the point of view of the ${view}`,
      version: '1.0.0',
      description: `The ${view}'s view: \`send\` is what the ${view} sends. Everything is QoS 1; a PUBACK means that the message is on disk or in quarantine with its reason. The guide is docs/firmware.md.`,
      license: { name: 'Apache-2.0' },
    },
    defaultContentType: JSON_TYPE,
    servers: servers(maxPacketBytes),
    channels: channels(kinds),
    operations: {
      telemetry: operation(
        up,
        'telemetry',
        'Readings, one by one or as a backlog',
        kinds.map(({ name }) => name),
      ),
      telemetrySenml: operation(up, 'telemetrySenml', 'Readings as SenML, JSON', ['senml']),
      telemetryCbor: operation(up, 'telemetryCbor', 'Readings as CBOR: the JSON object as a map, or a SenML pack', [
        'cbor',
      ]),
      status: operation(up, 'status', 'What the device says of itself; its last will says offline', ['status'], true),
      errors: operation(down, 'errors', 'Why a message, a reading or a value was refused', ['error']),
      commands: {
        ...operation(down, 'commands', 'What the device is asked to do', ['command']),
        reply: { channel: { $ref: '#/channels/replies' }, messages: [{ $ref: '#/channels/replies/messages/reply' }] },
      },
      ...(isDevice && { replies: operation('send', 'replies', 'What became of a command', ['reply']) }),
    },
    components: {
      messages: messages(kinds),
      schemas: schemas(kinds),
      parameters: {
        park: { description: 'Id of the park: 1 to 64 of a-z, 0-9 and -' },
        device: { description: 'Id of the device: 1 to 64 of a-z, 0-9 and -' },
        name: { description: 'Name of the command: 1 to 64 of A-Z, a-z, 0-9, _ and -' },
      },
      securitySchemes: {
        credential: { type: 'userPassword', description: 'User name and client id are {park}.{device}' },
      },
    },
  };
}

function servers(maxPacketBytes: number): JsonSchema {
  const port = (value: string) => ({ host: { default: 'localhost' }, port: { default: value } });
  const mqtt = {
    clientId: '{park}.{device}',
    keepAlive: 60,
    lastWill: { topic: 'daoyu/{park}/{device}/status', qos: 1, message: 'offline', retain: true },
    maximumPacketSize: maxPacketBytes,
    bindingVersion: MQTT_BINDING,
  };
  const server = (protocol: string, defaultPort: string, description: string, pathname?: string) => ({
    ...{ host: '{host}:{port}', protocol, protocolVersion: '3.1.1, 5.0', description, variables: port(defaultPort) },
    ...(pathname !== undefined && { pathname }),
    security: [{ $ref: '#/components/securitySchemes/credential' }],
    bindings: { mqtt },
  });
  return {
    mqtt: server('mqtt', '1883', 'MQTT over TCP'),
    mqtts: server('secure-mqtt', '8883', 'MQTT over TLS 1.2 or later'),
    ws: server('ws', '8083', 'MQTT over WebSocket, subprotocol mqtt', '/mqtt'),
  };
}

function channels(kinds: readonly Kind[]): JsonSchema {
  const channel = (title: string, suffix: string, names: readonly string[], parameters: readonly string[] = []) => ({
    title,
    address: `daoyu/{park}/{device}/${suffix}`,
    messages: Object.fromEntries(names.map((name) => [name, { $ref: `#/components/messages/${name}` }])),
    parameters: Object.fromEntries(
      ['park', 'device', ...parameters].map((name) => [name, { $ref: `#/components/parameters/${name}` }]),
    ),
  });
  return {
    telemetry: channel(
      'Telemetry: the kind of a device decides which of the messages it sends',
      'telemetry',
      kinds.map(({ name }) => name),
    ),
    telemetrySenml: channel('Telemetry as SenML (RFC 8428)', 'telemetry/senml', ['senml']),
    telemetryCbor: channel('Telemetry as CBOR (RFC 8949)', 'telemetry/cbor', ['cbor']),
    status: channel('Status', 'status', ['status']),
    errors: channel('Refusals', 'errors', ['error']),
    commands: channel('Commands', 'commands/{name}', ['command'], ['name']),
    replies: channel('Replies to commands', 'replies', ['reply']),
  };
}

function operation(
  action: string,
  channel: string,
  summary: string,
  names: readonly string[],
  retain = false,
): JsonSchema {
  return {
    ...{ action, summary, channel: { $ref: `#/channels/${channel}` } },
    messages: names.map((name) => ({ $ref: `#/channels/${channel}/messages/${name}` })),
    bindings: { mqtt: { qos: 1, retain, bindingVersion: MQTT_BINDING } },
  };
}

function messages(kinds: readonly Kind[]): JsonSchema {
  const message = (name: string, title: string, extra: object = {}) => ({
    ...{ name, title, contentType: JSON_TYPE, payload: { $ref: `#/components/schemas/${name}` } },
    ...extra,
  });
  return {
    ...Object.fromEntries(kinds.map(({ name, label }) => [name, message(name, `${label.en} ${label.zh}`)])),
    senml: message('senml', 'SenML pack', { contentType: 'application/senml+json' }),
    cbor: message('cbor', 'CBOR item', { contentType: 'application/cbor' }),
    status: message('status', 'Status', { contentType: 'text/plain' }),
    error: message('error', 'Refusal'),
    command: message('command', 'Command', {
      description:
        'MQTT 5 carries the id as correlation data, the topic of replies as response topic, and the seconds until it expires.',
      correlationId: { location: '$message.payload#/id' },
    }),
    reply: message('reply', 'Reply', { correlationId: { location: '$message.payload#/id' } }),
  };
}

const COMMAND_ID: JsonSchema = { type: 'string', pattern: '^\\d{13}-[0-9a-f]{12}$' };

function schemas(kinds: readonly Kind[]): JsonSchema {
  return {
    ...Object.fromEntries(kinds.map((kind) => [kind.name, telemetrySchema(kind)])),
    senml: {
      description:
        'RFC 8428. The resolved name ends in a field or an alias of it; records of one time are one reading.',
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        properties: {
          ...{ bn: { type: 'string' }, bt: { type: 'number' }, bu: { type: 'string' }, bv: { type: 'number' } },
          ...{ n: { type: 'string' }, t: { type: 'number' }, u: { type: 'string' }, v: { type: 'number' } },
          ...{ vb: { type: 'boolean' }, vs: { type: 'string' } },
        },
      },
    },
    cbor: {
      description:
        'Binary: a map as the JSON object of the kind has it, an array of such maps, or a SenML pack with its integer labels.',
    },
    status: { type: 'string', enum: ['online', 'offline'] },
    error: {
      type: 'object',
      required: ['code', 'message'],
      properties: {
        code: { type: 'string', enum: [...REJECTION_CODES, 'COMMAND_UNKNOWN'], description: 'Stable; docs/errors.md' },
        field: { type: 'string', description: 'The field or key that it is about' },
        position: { type: 'integer', minimum: 0, description: 'Index of the reading, or byte offset for broken JSON' },
        message: { type: 'string', description: 'What is wrong and what would be right' },
        receivedAt: { type: 'integer', description: 'Epoch milliseconds' },
        count: { type: 'integer', minimum: 1, description: 'Readings of the message with the same fault' },
        heldBack: { type: 'integer', minimum: 1, description: 'Reasons not told before this one' },
      },
    },
    command: {
      type: 'object',
      required: ['id', 'expires', 'by', 'value'],
      properties: {
        id: COMMAND_ID,
        expires: { type: 'integer', description: 'Epoch milliseconds; do not act afterwards' },
        by: { type: 'string', description: 'Who asked' },
        value: { description: 'What the command takes: any JSON' },
      },
    },
    reply: {
      type: 'object',
      required: ['id', 'state'],
      properties: {
        id: { ...COMMAND_ID, description: 'As it came; with MQTT 5 the correlation data may stand for it' },
        state: { type: 'string', enum: [...REPLY_STATES] },
        message: { type: 'string', maxLength: 500, description: 'For people' },
        value: { description: 'Any JSON up to 16 kB' },
      },
    },
  };
}
