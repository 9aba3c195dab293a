/** What intake refuses of payloads, by kind of mistake: one rule each, since each has its own remedy. */
import type { Published } from '../facts.ts';
import { isTelemetry } from '../facts.ts';
import { type Finding, fail, ok, type Rule, unseen, warning } from '../rule.ts';
import { exampleOf } from '../words.ts';

export const readable: Rule = {
  code: 'PAYLOAD_UNREADABLE',
  title: { zh: '报文可读', en: 'Readable payloads' },
  costs: { zh: '整包进隔离区，一个值也不入库。', en: 'The whole packet goes to quarantine; no value is stored.' },
  change: {
    zh: '发合法的 JSON：不要多余逗号、单引号、NaN、BOM 或结尾的 \\0；文字用 UTF-8。用 daoyu mapping try 试。',
    en: 'Send valid JSON: no trailing comma, single quote, NaN, BOM or NUL at the end; UTF-8. Try it with daoyu mapping try.',
  },
  judge: ({ publishes }) => judge(publishes, /^(PAYLOAD_(NOT|EMPTY)|FRAME_|READING_EMPTY)/, fail),
};

export const fields: Rule = {
  code: 'FIELDS_UNKNOWN',
  title: { zh: '字段名', en: 'Field names' },
  costs: { zh: '不认识的字段进隔离区，不入库。', en: 'Unknown fields go to quarantine and are not stored.' },
  change: {
    zh: '用平台的字段名（GET /api/v1/kinds），或请管理员设映射。',
    en: 'Use the platform’s names (GET /api/v1/kinds), or ask the operator for a mapping.',
  },
  judge: ({ publishes }) => judge(publishes, /^(FIELD_|CHANNEL_UNKNOWN)/, warning),
};

export const values: Rule = {
  code: 'VALUES_REFUSED',
  title: { zh: '数值', en: 'Values' },
  costs: { zh: '这些值不入库，曲线上缺一段。', en: 'These values are not stored; the chart has a hole.' },
  change: {
    zh: '数值写成 JSON 数字，不加引号和单位；核对单位、倍率和寄存器字节序。',
    en: 'Write JSON numbers without quotes or units; check unit, scale and byte order.',
  },
  judge: ({ publishes }) => judge(publishes, /^(VALUE_(NOT|OUT)|UNIT_)/, fail),
};

export const sentinels: Rule = {
  code: 'SENTINELS_SENT',
  title: { zh: '故障码', en: 'Sentinel values' },
  costs: {
    zh: '-127、65535 一类故障码不是测量值；平台认得常见的，认不得的会当成真值。',
    en: 'Codes such as -127 or 65535 are no measurements. The platform knows the usual ones; others pass for values.',
  },
  change: {
    zh: '传感器读不到时不要发这个字段；上电后的前几个零值也不要发。',
    en: 'Leave a field out when its sensor cannot be read, and the zeros right after power-up.',
  },
  judge: ({ publishes }) => judge(publishes, /^VALUE_SENTINEL$/, warning),
};

function judge(publishes: readonly Published[], codes: RegExp, found: (zh: string, en: string) => Finding): Finding {
  const telemetry = publishes.filter(isTelemetry);
  if (telemetry.length === 0) return unseen;
  const wrong = telemetry.filter(({ told }) => told.some(({ code }) => codes.test(code)));
  const [first] = wrong;
  const told = first?.told.find(({ code }) => codes.test(code));
  if (first === undefined || told === undefined)
    return ok(`${telemetry.length} 条都没有问题。`, `Nothing in ${telemetry.length} publishes.`);
  return found(
    `${telemetry.length} 条中 ${wrong.length} 条，如 ${exampleOf(first)} → ${told.code}`,
    `${wrong.length} of ${telemetry.length}, such as ${exampleOf(first)} → ${told.code}: ${told.message}`,
  );
}
