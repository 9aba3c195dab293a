/** Every channel against a service that misbehaves as the real one does. */

import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { signAliyun } from '../../../alarms/channels/aliyun-call.ts';
import type { ChannelSettings, Notice, Outcome } from '../../../alarms/channels/channel.ts';
import { CHANNEL_KINDS, masked, unmasked } from '../../../alarms/channels/channels.ts';
import { signDingTalk } from '../../../alarms/channels/dingtalk.ts';
import { signFeishu } from '../../../alarms/channels/feishu.ts';
import { variablesOf } from '../../../alarms/channels/template.ts';
import { signWebhook } from '../../../alarms/channels/webhook.ts';
import { answer, type Behaviour, openFakeService } from './fake-service.ts';

const NOW = 1_700_000_000_000;
const WHSEC = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
const notice: Notice = {
  dedupKey: 'A1234·3',
  severity: 'critical',
  title: { zh: '竹溪 1 号塘溶解氧 2.1 mg/L，低于 3.0', en: 'Zhuxi pond 1: dissolved oxygen 2.1 mg/L, below 3.0' },
  lines: [{ zh: '自 04:12 起', en: 'since 04:12' }],
  link: 'https://daoyu.example/a/token',
  mobiles: ['13800000000'],
};

const KEYS = { accessKeyId: 'LTAItest', accessKeySecret: 'a secret of Aliyun' };
/** Operators refuse addresses in what fills a template. */
const WITHOUT_LINK = ['aliyun-sms', 'aliyun-voice'];

/** Settings with which a channel talks to the fake. */
const settingsFor: Readonly<Record<string, (url: string) => ChannelSettings>> = {
  dingtalk: (url) => ({ accessToken: 'token', secret: 'SECtest', endpoint: url, allowPrivate: true }),
  wecom: (url) => ({ key: 'key', endpoint: url, allowPrivate: true }),
  feishu: (url) => ({ webhook: `${url}/hook/token`, secret: 'test', allowPrivate: true }),
  webhook: (url) => ({ url, secret: WHSEC, allowPrivate: true }),
  ntfy: (url) => ({ server: url, topic: 'daoyu-1f8a', token: 'tk', allowPrivate: true }),
  bark: (url) => ({ server: url, deviceKey: 'key', allowPrivate: true }),
  'aliyun-sms': (endpoint) => ({ ...KEYS, endpoint, signName: '稻渔', templateCode: 'SMS_1', allowPrivate: true }),
  'aliyun-voice': (endpoint) => ({ ...KEYS, endpoint, ttsCode: 'TTS_1', allowPrivate: true }),
};

function channelOf(name: string, settings: ChannelSettings) {
  const kind = CHANNEL_KINDS.get(name);
  if (kind === undefined) throw new Error(`no channel ${name}`);
  expect([...kind.problemsOf(settings)]).toEqual([]);
  return kind.create(settings, { language: 'zh', clock: () => NOW });
}

async function sendOver(name: string, behaviour: Behaviour, signal?: AbortSignal) {
  const service = await openFakeService(behaviour);
  const outcome = await channelOf(name, settingsFor[name]?.(service.url) ?? {}).send(notice, signal);
  return { outcome, received: service.received };
}

const GOOD: Readonly<Record<string, unknown>> = {
  dingtalk: { errcode: 0, errmsg: 'ok' },
  wecom: { errcode: 0, errmsg: 'ok' },
  feishu: { code: 0, msg: 'success' },
  webhook: {},
  ntfy: { id: 'x' },
  bark: { code: 200, message: 'success' },
  'aliyun-sms': { Code: 'OK', Message: 'OK', BizId: '9006' },
  'aliyun-voice': { Code: 'OK', Message: 'OK', CallId: '1161' },
};

describe.each(Object.keys(settingsFor))('%s', (name) => {
  it('delivers, with what is wrong, where to acknowledge and a key for repeats', async () => {
    const { outcome, received } = await sendOver(name, answer(GOOD[name]));
    expect(outcome.is).toBe('delivered');
    const shown = ({ searchParams }: URL) => [...searchParams.values()].join();
    const sent = received
      .map(({ text, headers, url }) => text + shown(url) + String(headers['webhook-id'] ?? ''))
      .join();
    expect(sent).toContain('竹溪 1 号塘溶解氧 2.1 mg/L');
    expect(sent.includes('https://daoyu.example/a/token')).toBe(!WITHOUT_LINK.includes(name));
    expect(sent).toMatch(/A1234(·|\\u00b7|Â·)3/);
  });

  it.each<[string, Behaviour]>([
    ['that is busy', { is: 'answer', status: 429, body: '', headers: { 'retry-after': '7' } }],
    ['that fails', { is: 'answer', status: 502, body: '<html>bad gateway</html>' }],
    ['that breaks off', { is: 'cut' }],
  ])('tries again with a service %s', async (_what, behaviour) => {
    const { outcome } = await sendOver(name, behaviour);
    expect(outcome).toMatchObject({ is: 'retry', afterMs: expect.any(Number), why: expect.any(String) });
  });

  it('gives up a service that hangs when its time is over', async () => {
    const { outcome } = await sendOver(name, { is: 'hang' }, AbortSignal.timeout(300));
    expect(outcome).toMatchObject({ is: 'retry', code: 'UNREACHABLE' });
  });

  it('follows no redirect', async () => {
    const away: Behaviour = { is: 'answer', status: 302, body: '', headers: { location: 'http://127.0.0.1:9/' } };
    expect((await sendOver(name, away)).outcome.is).not.toBe('delivered');
  });

  it('talks to no private address unless it is told to', async () => {
    const service = await openFakeService(answer(GOOD[name]));
    const { allowPrivate: _, ...settings } = settingsFor[name]?.(service.url) ?? {};
    const kind = CHANNEL_KINDS.get(name);
    const outcome = await kind?.create(settings, { language: 'en', clock: () => NOW }).send(notice);
    expect(outcome).toMatchObject({ is: 'broken', code: 'ADDRESS_PRIVATE' });
    expect(service.received).toEqual([]);
  });

  it('never says a secret in its outcome, and shows none', async () => {
    const kind = CHANNEL_KINDS.get(name);
    const settings = { ...settingsFor[name]?.('http://127.0.0.1:9') };
    const outcome = await channelOf(name, settings).send(notice);
    for (const secret of kind?.secrets ?? []) {
      if (settings[secret] === undefined || String(settings[secret]).length < 4) continue;
      expect(JSON.stringify(outcome)).not.toContain(String(settings[secret]));
    }
    if (kind === undefined) throw new Error('unknown');
    const shown = masked(kind, settings);
    for (const secret of kind.secrets) expect(shown[secret]).not.toBe(settings[secret]);
    expect(unmasked(kind, shown, settings)).toEqual(settings);
  });
});

it.each<[string, unknown, Partial<Outcome>]>([
  ['dingtalk', { errcode: 130101, errmsg: 'send too fast' }, { is: 'retry', afterMs: 600_000 }],
  ['dingtalk', { errcode: 310000, errmsg: 'sign not match' }, { is: 'broken', code: 'DINGTALK_310000' }],
  ['dingtalk', { errcode: 400102, errmsg: 'robot stopped' }, { is: 'broken' }],
  ['dingtalk', { errcode: 40035, errmsg: 'param missing' }, { is: 'refused' }],
  ['dingtalk', { errcode: -1, errmsg: 'system busy' }, { is: 'retry' }],
  ['dingtalk', { status: 1111, wait: 5, punish: 'deny' }, { is: 'retry' }],
  ['dingtalk', { errcode: 987654, errmsg: 'new' }, { is: 'broken', code: 'DINGTALK_987654' }],
  ['dingtalk', {}, { is: 'retry', code: 'ANSWER_UNKNOWN' }],
  ['wecom', { errcode: 45009, errmsg: 'api freq out of limit' }, { is: 'retry' }],
  ['wecom', { errcode: 93000, errmsg: 'invalid webhook url' }, { is: 'broken', code: 'WECOM_93000' }],
  ['wecom', 'ok', { is: 'retry', code: 'ANSWER_UNKNOWN' }],
  ['feishu', { code: 19021, msg: 'sign match fail' }, { is: 'broken' }],
  ['feishu', { code: 11232, msg: 'too many' }, { is: 'retry' }],
  ['feishu', { code: 9499, msg: 'Bad Request' }, { is: 'refused' }],
  ['feishu', { StatusCode: 0, StatusMessage: 'success' }, { is: 'delivered' }],
  ['bark', { code: 400, message: 'device token not found' }, { is: 'broken', code: 'BARK_400' }],
  [
    'aliyun-sms',
    { Code: 'isv.BUSINESS_LIMIT_CONTROL', Message: '触发分钟级流控Permits:1' },
    { is: 'retry', afterMs: 60_000 },
  ],
  ['aliyun-sms', { Code: 'isv.BUSINESS_LIMIT_CONTROL', Message: '触发天级流控Permits:10' }, { is: 'broken' }],
  ['aliyun-sms', { Code: 'isv.AMOUNT_NOT_ENOUGH', Message: '账户余额不足' }, { is: 'broken' }],
  ['aliyun-sms', { Code: 'isv.MOBILE_NUMBER_ILLEGAL', Message: '非法手机号' }, { is: 'refused' }],
  ['aliyun-sms', { Code: 'isv.NEW', Message: '' }, { is: 'broken', code: 'ALIYUN_isv.NEW' }],
  ['aliyun-voice', { Code: 'Throttling.User', Message: 'slow down' }, { is: 'retry' }],
  ['aliyun-voice', 'ok', { is: 'retry', code: 'ANSWER_UNKNOWN' }],
])('%s: %j in an answer of status 200 is %j', async (name, body, expected) => {
  expect((await sendOver(name, answer(body))).outcome).toMatchObject(expected);
});

describe('signatures', () => {
  it('of DingTalk and Feishu are those of their documents', () => {
    expect(signDingTalk(1_700_000_000_000, 'SECtest')).toBe('aZLLrriXgn05YbwaGR7knYsLeJADjr9NwLaNNKpxh4g%3D');
    expect(signFeishu(1_700_000_000, 'test')).toBe('eSJQnOl8XqPTMPHWz9e5IzeHS/tqoc68g2967ekIPmg=');
  });

  it('of Standard Webhooks are those of its specification', () => {
    const body = '{"test": 2432232314}';
    expect(
      signWebhook('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1_614_265_330, body),
    ).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  it('of Aliyun are those of its document', () => {
    const headers = {
      host: 'ecs.cn-shanghai.aliyuncs.com',
      'x-acs-action': 'RunInstances',
      'x-acs-content-sha256': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      'x-acs-date': '2023-10-26T09:01:01Z',
      'x-acs-signature-nonce': 'd410180a5abf7fe235dd9b74aca91fc0',
      'x-acs-version': '2014-05-26',
    };
    const query = 'ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai';
    expect(signAliyun('YourAccessKeyId', 'YourAccessKeySecret', { query, headers })).toBe(
      'ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature=e521358f7776c97df52e6b2891a8bc73026794a071b50c3323388c4e0df64804',
    );
  });

  it('stand where the services look for them', async () => {
    const dingtalk = (await sendOver('dingtalk', answer(GOOD.dingtalk))).received[0];
    expect(dingtalk?.url.search).toBe(`?access_token=token&timestamp=${NOW}&sign=${signDingTalk(NOW, 'SECtest')}`);
    const feishu = (await sendOver('feishu', answer(GOOD.feishu))).received[0];
    expect(feishu?.json).toMatchObject({ timestamp: '1700000000', sign: signFeishu(1_700_000_000, 'test') });
    const webhook = (await sendOver('webhook', answer({}))).received[0];
    const expected = signWebhook(WHSEC, notice.dedupKey, NOW / 1000, webhook?.text ?? '');
    expect(webhook?.headers['webhook-signature']).toBe(expected);
  });
});

describe('over the telephone network', () => {
  it('the request is signed as it is sent', async () => {
    const [sent] = (await sendOver('aliyun-sms', answer(GOOD['aliyun-sms']))).received;
    const { authorization, ...headers } = (sent?.headers ?? {}) as Record<string, string>;
    const names = /SignedHeaders=([^,]*)/.exec(authorization ?? '')?.[1]?.split(';') ?? [];
    expect(names).toContain('x-acs-date');
    const signed = Object.fromEntries(names.map((name) => [name, headers[name] ?? '']));
    const query = sent?.url.search.slice(1) ?? '';
    expect(authorization).toBe(signAliyun(KEYS.accessKeyId, KEYS.accessKeySecret, { query, headers: signed }));
    expect(Object.fromEntries(sent?.url.searchParams ?? [])).toEqual({
      PhoneNumbers: '13800000000',
      SignName: '稻渔',
      TemplateCode: 'SMS_1',
      TemplateParam: '{"level":"严重告警","what":"竹溪 1 号塘溶解氧 2.1 mg/L，低于 3.0"}',
      OutId: 'A1234·3',
    });
  });

  it('each person is called, and those of the channel where the plan knows no number', async () => {
    const service = await openFakeService(answer(GOOD['aliyun-voice']));
    const settings = { ...settingsFor['aliyun-voice']?.(service.url), numbers: ['13900000000'] };
    await channelOf('aliyun-voice', settings).send({ ...notice, mobiles: ['13800000001', '13800000002'] });
    await channelOf('aliyun-voice', settings).send({ ...notice, mobiles: [] });
    const called = service.received.map(({ url }) => url.searchParams.get('CalledNumber'));
    expect(called).toEqual(['13800000001', '13800000002', '13900000000']);
    const { numbers: _, ...none } = settings;
    expect(await channelOf('aliyun-voice', none).send({ ...notice, mobiles: [] })).toMatchObject({
      is: 'broken',
      code: 'NUMBER_MISSING',
    });
  });

  it('a variable takes 35 characters, and a drill says so', () => {
    const long = { ...notice, isDrill: true, title: { zh: '塘'.repeat(50), en: '' } };
    expect(JSON.parse(variablesOf(long, 'zh'))).toEqual({ level: '演练', what: `${'塘'.repeat(34)}…` });
  });
});

it('a long notice fits what the service takes, keeps its title and says that something is missing', async () => {
  const line = { zh: '很长的一行说明。'.repeat(40), en: 'a very long line of facts. '.repeat(40) };
  const long = { ...notice, lines: Array.from({ length: 100 }, () => line) };
  const service = await openFakeService(answer(GOOD.wecom));
  await channelOf('wecom', settingsFor.wecom?.(service.url) ?? {}).send(long);
  const [first, second] = service.received;
  const { content } = (first?.json.markdown ?? {}) as { readonly content: string };
  expect(Buffer.byteLength(content)).toBeLessThanOrEqual(4096);
  expect(content).toMatch(/^### 严重：竹溪 1 号塘/);
  expect(content).toContain('…');
  expect(content).toContain(notice.link);
  expect(second?.json).toMatchObject({ msgtype: 'text', text: { mentioned_mobile_list: ['13800000000'] } });
});

it('a drill says so in front of everything, and names that people typed become no links', async () => {
  const service = await openFakeService(answer(GOOD.dingtalk));
  const title = { zh: '[点我](http://evil.example)', en: 'x' };
  await channelOf('dingtalk', settingsFor.dingtalk?.(service.url) ?? {}).send({ ...notice, title, isDrill: true });
  const { text } = (service.received[0]?.json.markdown ?? {}) as { readonly text: string };
  expect(text.startsWith('### 【演练】严重：')).toBe(true);
  expect(text).not.toContain('[点我](');
});

describe('email', () => {
  const settings = (port: number) => ({
    url: `smtp://127.0.0.1:${port}`,
    from: 'daoyu@example.com',
    to: ['duty@example.com'],
  });

  /** Answers each command as the script says; anything else with 250. */
  async function openSmtp(script: Readonly<Record<string, string>>) {
    const lines: string[] = [];
    const talk = (socket: Socket) => {
      let isData = false;
      socket.write('220 fake\r\n');
      socket.on('data', (chunk) => {
        for (const line of String(chunk).split('\r\n').filter(Boolean)) {
          lines.push(line);
          if (isData && line !== '.') continue;
          const verb = isData ? 'END' : (line.split(' ')[0] ?? '').toUpperCase();
          isData = verb === 'DATA' && script.DATA === undefined;
          socket.write(`${script[verb] ?? (isData ? '354 go on' : '250 ok')}\r\n`);
        }
      });
      socket.on('error', () => undefined);
    };
    const server = createServer(talk);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    return { port: (server.address() as AddressInfo).port, lines };
  }

  it('delivers when the server takes it', async () => {
    const { port, lines } = await openSmtp({});
    expect(await channelOf('email', settings(port)).send(notice)).toEqual({ is: 'delivered', code: 'SMTP_250' });
    expect(lines).toContain('RCPT TO:<duty@example.com>');
  });

  it.each<[string, Record<string, string>, Partial<Outcome>]>([
    ['greylisted', { RCPT: '451 4.7.1 try again later' }, { is: 'retry', code: 'SMTP_451' }],
    ['an unknown mailbox', { RCPT: '550 5.1.1 no such user' }, { is: 'broken', code: 'SMTP_550' }],
    ['taken for spam', { END: '554 5.7.1 spam' }, { is: 'refused', code: 'SMTP_554' }],
  ])('tells %s apart', async (_what, script, expected) => {
    const { port } = await openSmtp(script);
    expect(await channelOf('email', settings(port)).send(notice)).toMatchObject(expected);
  });

  it('tries again where nobody answers', async () => {
    expect(await channelOf('email', settings(9)).send(notice)).toMatchObject({ is: 'retry' });
  });
});

describe('settings', () => {
  it.each<[string, ChannelSettings, RegExp]>([
    ['dingtalk', {}, /accessToken must be/],
    ['dingtalk', { accessToken: 't', token: 'x' }, /token is unknown/],
    ['wecom', { key: ' ' }, /key must be/],
    ['feishu', { webhook: 'http://open.feishu.cn/x' }, /webhook must be an address such as https:/],
    ['webhook', { url: 'https://x.example', secret: 'whsec_short' }, /24 to 64 random bytes/],
    ['ntfy', { server: 'ftp://x', topic: 'a b' }, /server must be.*topic must be/s],
    ['bark', { server: 'https://api.day.app' }, /deviceKey must be/],
    ['email', { url: 'smtp://x', from: 'a', to: ['nobody'] }, /to must be a list/],
  ])('of %s that are wrong (%j) are named', (name, settings, problem) => {
    expect([...(CHANNEL_KINDS.get(name)?.problemsOf(settings) ?? [])].join('; ')).toMatch(problem);
  });
});
