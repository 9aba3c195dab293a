/** Payloads beyond a limit, or many times as large as they need be. */
import { isTelemetry } from '../facts.ts';
import { fail, ok, type Rule, unseen, warning } from '../rule.ts';
import { exampleOf } from '../words.ts';

/** Of a reading with ten fields in compact JSON; four times as much is waste. */
const GENEROUS_BYTES = 1000;
const BLANK_SHARE = 0.3;
const TOO_LARGE = /^PAYLOAD_TOO_/;

export const size: Rule = {
  code: 'PAYLOAD_LARGE',
  title: { zh: '报文大小', en: 'Size of payloads' },
  costs: {
    zh: '超限的整包进隔离区；带空格缩进的 JSON 白白多花流量和电量。',
    en: 'Beyond a limit the whole packet goes to quarantine; indented JSON pays for blanks with traffic and battery.',
  },
  change: {
    zh: '积压分成每包 100 条左右；JSON 不带缩进，不发没用的字段；流量紧张用 CBOR。',
    en: 'Split a backlog into arrays of about 100; write JSON without indentation and without fields nobody wants; or use CBOR.',
  },
  judge({ publishes }) {
    const telemetry = publishes.filter(isTelemetry);
    if (telemetry.length === 0) return unseen;
    const refused = telemetry.filter(({ isCut, told }) => isCut || told.some(({ code }) => TOO_LARGE.test(code)));
    const [largest] = [...telemetry].sort((a, b) => b.size - a.size);
    if (refused.length > 0)
      return fail(
        `${refused.length} 包过大，最大 ${largest?.size} 字节。`,
        `${refused.length} packets too large, the largest ${largest?.size} bytes.`,
      );
    const wasteful = telemetry.filter(
      (each) =>
        each.size > GENEROUS_BYTES * Math.max(1, each.readings.length) || blankShare(each.payload) > BLANK_SHARE,
    );
    const [first] = wasteful;
    if (first === undefined) return ok(`最大 ${largest?.size} 字节。`, `The largest has ${largest?.size} bytes.`);
    return warning(
      `${wasteful.length} 包浪费流量，如 ${first.size} 字节装 ${first.readings.length} 条：${exampleOf(first)}`,
      `${wasteful.length} packets waste traffic, such as ${first.size} bytes for ${first.readings.length} readings: ${exampleOf(first)}`,
    );
  },
};

function blankShare(payload: string): number {
  const text = Buffer.from(payload, 'base64').toString('latin1');
  return text.length < 100 ? 0 : (text.match(/[ \t\r\n]/g)?.length ?? 0) / text.length;
}
