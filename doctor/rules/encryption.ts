/** The password crosses a network in clear. */
import { ok, type Rule, unseen, warning } from '../rule.ts';

const LOOPBACK = /^(::1|(::ffff:)?127\.)/;

export const encryption: Rule = {
  code: 'NOT_ENCRYPTED',
  title: { zh: '加密', en: 'Encryption' },
  costs: {
    zh: '路径上的任何人都能读到密码，冒充设备发数据。',
    en: 'Anyone on the way can read the password and publish as the device.',
  },
  change: {
    zh: '用 TLS（端口 8883），设备上放 CA 证书并校验服务器名；至少放进 VPN 或专网 APN。',
    en: 'Use TLS (port 8883) with the CA on the device and the server’s name checked; at least a VPN or a private APN.',
  },
  judge({ connections }) {
    const last = connections.at(-1);
    if (last === undefined) return unseen;
    const { transport, remote } = last;
    if (transport === 'tls') return ok('TLS 连接。', 'Connected over TLS.');
    // A proxy in front may have taken the TLS off.
    if (transport === 'ws' || LOOPBACK.test(remote)) return unseen;
    return warning(`从 ${remote} 以明文 TCP 连接。`, `Connected from ${remote} over plain TCP.`);
  },
};
