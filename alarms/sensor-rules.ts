/** Rules for every primary probe: a value that is stuck, missing from readings that arrive, or of doubtful time. */

import type { Field, Kind } from '../sensors/kind.ts';
import { silentAfterMs } from '../sensors/silence.ts';
import type { Bounds } from './envelope.ts';
import { UNKNOWN } from './fold.ts';
import type { Rule } from './rule.ts';

const MINUTE = 60_000;

/** For primary fields only: a doubtful secondary value should wake nobody. Not for drones, which are silent between missions. */
export function sensorRules(kind: Kind, intervalMs: number): readonly Rule[] {
  if (kind.isIntermittent) return [];
  const fields = kind.fields.filter(({ name, shape }) => shape === 'number' && kind.primary.includes(name));
  return [
    ...fields
      .filter(({ stuckAfterMinutes }) => stuckAfterMinutes !== undefined)
      .map((field) => stuck(field, intervalMs)),
    ...fields.map((field) => missing(field, intervalMs)),
    clock(intervalMs),
  ];
}

const anyValueOf = (field: string): Bounds => ({
  field,
  low: Number.NEGATIVE_INFINITY,
  high: Number.POSITIVE_INFINITY,
});

const holdsOf = (warningMinutes: number, clearMinutes: number, intervalMs: number) => ({
  warning: warningMinutes * MINUTE,
  critical: Number.POSITIVE_INFINITY,
  clear: clearMinutes * MINUTE - 0.1 * intervalMs,
  maxGap: silentAfterMs(intervalMs),
});

/** Intake waits long enough before it sets the flag: no hold. */
function stuck({ name, label, stuckAfterMinutes }: Field, intervalMs: number): Rule {
  return {
    id: `${name}_stuck`,
    class: 'sensor',
    field: name,
    holds: holdsOf(0, 30, intervalMs),
    codeOf(measured) {
      if (measured.value(name) === undefined) return measured.hasSent(name) ? UNKNOWN : undefined;
      return measured.flags?.[name]?.includes('stuck') ? 2 : 0;
    },
    quiet: [anyValueOf(name)],
    text: (_, value) => ({
      zh: `${label.zh}读数卡住${value === undefined ? '' : `在 ${value}`}：真实值未知`,
      en: `${label.en} is stuck${value === undefined ? '' : ` at ${value}`}: the true value is unknown`,
    }),
    action: { zh: '用手持仪器核对，清洗或更换探头', en: 'Check by hand; clean or replace the probe' },
    source: `sensors/kinds: no healthy probe repeats a value for ${stuckAfterMinutes} min`,
  };
}

/** The device sends other values but not this one: the probe is disconnected, or its values were refused as impossible. */
function missing({ name, label }: Field, intervalMs: number): Rule {
  return {
    id: `${name}_missing`,
    class: 'sensor',
    field: name,
    holds: holdsOf(Math.max(15, silentAfterMs(intervalMs) / MINUTE), 10, intervalMs),
    codeOf(measured) {
      if (measured.value(name) !== undefined) return 0;
      return measured.hasSent(name) ? 2 : undefined;
    },
    quiet: [anyValueOf(name)],
    text: () => ({
      zh: `${label.zh}缺测：设备在报数，但没有可用的${label.zh}`,
      en: `${label.en} is missing: the device reports without a usable value of it`,
    }),
    action: {
      zh: '检查探头接线；隔离区里可看到被拒收的值',
      en: 'Check the probe and its wire; refused values are in quarantine',
    },
    source: 'three missed reports, at least 15 min',
  };
}

function clock(intervalMs: number): Rule {
  return {
    id: 'device_clock',
    class: 'sensor',
    holds: holdsOf(30, 30, intervalMs),
    codeOf({ flags }) {
      if (flags === undefined) return 0;
      return Object.values(flags).some((each) => each.includes('clock')) ? 2 : 0;
    },
    quiet: [],
    text: () => ({
      zh: '设备时钟可疑：读数的时间不可信',
      en: "the device's clock is in doubt, and so are the times of its readings",
    }),
    action: { zh: '给设备对时', en: "Set the device's clock" },
    source: 'flag clock of intake',
  };
}
