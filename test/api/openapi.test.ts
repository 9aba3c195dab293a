import Schema from 'typebox/schema';
import { describe, expect, it } from 'vitest';
import { eventually } from '../eventually.ts';
import { type Credentials, connectMqtt, type RunningPlatform, runPlatform } from '../running-platform.ts';
import { runApi } from './running-api.ts';
import { allSamples, type SampleContext } from './samples/all.ts';
import type { Sample } from './samples/sample.ts';

interface Media {
  readonly schema: object;
}
interface Answer {
  readonly description: string;
  readonly content?: Readonly<Record<string, Media>>;
}
type Operation = { readonly responses: Readonly<Record<string, Answer>> };
interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

interface QuarantineRecord {
  readonly id: string;
  readonly reason: { readonly field?: string };
}
interface Received {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

describe('the OpenAPI document', () => {
  it('describes the real answers of every route', async () => {
    const running = await runPlatform();
    const samples = allSamples(await prepare(running));
    const document = await running.get<Document>('/docs/json');
    expect(document.openapi).toMatch(/^3\.1/);
    // Neither a route without a sample, nor a sample of a route that is gone.
    expect(operationsOf(document)).toEqual(Object.keys(samples).sort());
    const breaches: string[] = [];
    for (const [operation, each] of Object.entries(samples)) {
      const [method = '', path = ''] = operation.split(' ');
      const responses = document.paths[path]?.[method]?.responses ?? {};
      for (const sample of each)
        breaches.push(...breachesOf(responses, method, sample, await ask(running, method, sample)));
    }
    expect(breaches).toEqual([]);
  });

  it('has no schema that accepts anything', async () => {
    const { get } = await runApi();
    const document = (await get('/docs/json')).json<Document>();
    const loose: string[] = [];
    const walk = (schema: unknown, at: string): void => {
      if (typeof schema !== 'object' || schema === null) return;
      const { type, properties, additionalProperties, patternProperties, items, anyOf, prefixItems, ...rest } =
        schema as Record<string, unknown>;
      const says = type ?? anyOf ?? rest.enum ?? rest.const;
      if (says === undefined) loose.push(at);
      if (type === 'object' && properties !== undefined && additionalProperties !== false) loose.push(`${at} (open)`);
      for (const [name, each] of Object.entries({ ...(properties as object), ...(patternProperties as object) }))
        walk(each, `${at}.${name}`);
      if (Array.isArray(anyOf)) anyOf.forEach((each, index) => void walk(each, `${at}|${index}`));
      if (type === 'array' && items === undefined && prefixItems === undefined) loose.push(`${at} (items)`);
      walk(items, `${at}[]`);
    };
    for (const [path, methods] of Object.entries(document.paths))
      for (const [method, { responses }] of Object.entries(methods))
        for (const [status, { content = {} }] of Object.entries(responses))
          for (const [type, { schema }] of Object.entries(content)) walk(schema, `${method} ${path} ${status} ${type}`);
    expect(loose).toEqual([]);
  });
});

/** Devices with readings, a rejected payload, an alarm and a command: what the samples refer to. */
async function prepare(running: RunningPlatform): Promise<SampleContext> {
  const now = Date.now();
  const probe = await running.addDevice('probe', 'aquaculture_pond', { site: 'openapi-site' });
  const gasping = await running.addDevice('gasping', 'aquaculture_pond', { site: 'openapi-pond' });
  await running.addDevice('silent', 'paddy_water', { site: 'openapi-field' });
  const readings = Array.from({ length: 40 }, (_, index) => ({
    time: now - (40 - index) * 60_000,
    seq: index,
    dissolved_oxygen: index === 20 ? 19 : 6.4,
    water_temperature: 24,
  }));
  const lowOxygen = [20, 15, 10, 5, 0].map((minutes) => ({
    time: now - minutes * 60_000,
    dissolved_oxygen: 2 - minutes / 100,
  }));
  await publish(running, probe, JSON.stringify(readings), '{"rong_yang": 6.1}', '{');
  await publish(running, gasping, JSON.stringify(lowOxygen));
  const { alarms } = await eventually(
    () => running.get<{ alarms: { id: string }[] }>('/api/v1/alarms?device=gasping'),
    (answer) => answer.alarms.length === 1,
  );
  const records = await eventually(
    async () => {
      const { ledger } = await running.get<{ ledger: { pending: number }[] }>('/api/v1/ledger');
      const { quarantine } = await running.get<{ quarantine: QuarantineRecord[] }>('/api/v1/quarantine');
      return ledger.every(({ pending }) => pending === 0) ? quarantine : [];
    },
    (quarantine) => quarantine.length >= 2,
  );
  const { id } = await running.post<{ id: string }>('/api/v1/devices/daoyu/probe/commands/valve', { percent: 40 });
  return {
    recordId: records.find(({ reason }) => reason.field === 'rong_yang')?.id ?? '',
    alarm: alarms[0]?.id ?? '',
    command: id,
    ofDevice: { authorization: `Bearer ${probe.username}.${probe.password}` },
  };
}

async function publish(running: RunningPlatform, device: Credentials, ...payloads: readonly string[]): Promise<void> {
  const client = await connectMqtt(running.platform.urls.mqtt.mqtt ?? '', device);
  for (const payload of payloads) await client.publishAsync(device.topics.telemetry, payload, { qos: 1 });
}

/** What is wrong with an answer: its status, or its body measured against the schema of that status. */
function breachesOf(
  responses: Operation['responses'],
  method: string,
  sample: Sample,
  { status, type, text }: Received,
): readonly string[] {
  const name = `${method} ${sample.path} → ${status} ${type}`;
  const breaches = status === sample.status ? [] : [`${name}, not ${sample.status}: ${text.slice(0, 300)}`];
  const answer = responses[status];
  // An empty answer has no schema.
  if (status === 204 && text === '' && answer !== undefined) return breaches;
  const schema = answer?.content?.[type]?.schema;
  if (schema === undefined) return [...breaches, `${name} is not documented`];
  const isJson = /json$/.test(type);
  const value: unknown = isJson ? JSON.parse(text) : text;
  const [isRight, errors] = Schema.Errors(schema as never, value);
  if (!isRight) breaches.push(`${name}: ${JSON.stringify(errors.slice(0, 3))}`);
  const { code } = (isJson ? value : {}) as { code?: string };
  if (type === 'application/problem+json' && !answer?.description.includes(`\`${code}\``))
    breaches.push(`${name}: ${code} is not among ${answer?.description}`);
  return breaches;
}

function operationsOf({ paths }: Document): readonly string[] {
  return Object.entries(paths)
    .flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method} ${path}`))
    .filter((name) => METHODS.includes(name.split(' ')[0] ?? ''))
    .sort();
}

async function ask(running: RunningPlatform, method: string, { path, body, headers, file }: Sample): Promise<Received> {
  const stopping = new AbortController();
  const response = await fetch(new URL(path, running.platform.urls.http), {
    method: method.toUpperCase(),
    signal: stopping.signal,
    headers: {
      authorization: `Bearer ${running.platform.token}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: headers?.['content-type'] === 'text/csv' ? String(body) : JSON.stringify(body) }),
    ...(file !== undefined && { body: file }),
  });
  const type = (response.headers.get('content-type') ?? '').split(';')[0] ?? '';
  if (type !== 'text/event-stream') return { status: response.status, type, text: await response.text() };
  // An event stream does not end by itself.
  const reader = response.body?.getReader();
  const first = await reader?.read();
  stopping.abort();
  return { status: response.status, type, text: new TextDecoder().decode(first?.value) };
}
