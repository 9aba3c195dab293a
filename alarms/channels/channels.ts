/** All channels: one file each, one line here. */
import { aliyunSms } from './aliyun-sms.ts';
import { aliyunVoice } from './aliyun-voice.ts';
import { bark } from './bark.ts';
import type { ChannelKind, ChannelSettings } from './channel.ts';
import { dingtalk } from './dingtalk.ts';
import { email } from './email.ts';
import { feishu } from './feishu.ts';
import { ntfy } from './ntfy.ts';
import { siren } from './siren.ts';
import { webhook } from './webhook.ts';
import { wecom } from './wecom.ts';

const KINDS: readonly ChannelKind[] = [
  dingtalk,
  wecom,
  feishu,
  webhook,
  email,
  ntfy,
  bark,
  aliyunSms,
  aliyunVoice,
  siren,
];

export const CHANNEL_KINDS: ReadonlyMap<string, ChannelKind> = new Map(KINDS.map((kind) => [kind.name, kind]));

const MASK = '••••••';

/** The settings as people may see them. */
export function masked(kind: ChannelKind, settings: ChannelSettings): ChannelSettings {
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [name, kind.secrets.includes(name) ? MASK : value]),
  );
}

/** New settings, with each mask replaced by the stored secret. */
export function unmasked(kind: ChannelKind, given: ChannelSettings, stored: ChannelSettings = {}): ChannelSettings {
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [
      name,
      kind.secrets.includes(name) && value === MASK ? stored[name] : value,
    ]),
  );
}
