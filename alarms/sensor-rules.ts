/** What every probe that matters is watched for: a value that is stuck, that is missing from readings that come, or whose time is in doubt. */

import type { Field, Kind } from '../sensors/kind.ts';
import { silentAfterMs } from '../sensors/silence.ts';
import { UNKNOWN } from './fold.ts';
import type { Rule } from './rule.ts';

const MINUTE = 60_000;

/** Of the fields that matter first: a doubtful extra wakes nobody. Drones are quiet between missions, and say so by being quiet. */
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

const holdsOf = (warningMinutes: number, clearMinutes: number, intervalMs: number) => ({
  warning: warningMinutes * MINUTE,
  critical: Number.POSITIVE_INFINITY,
  clear: clearMinutes * MINUTE - 0.1 * intervalMs,
  maxGap: silentAfterMs(intervalMs),
});

/** Intake has waited long enough before it flags: no hold. */
function stuck({ name, label, stuckAfterMinutes }: Field, intervalMs: number): Rule {
  return {
    id: `${name}_stuck`,
    class: 'sensor',
    field: name,
    holds: holdsOf(0, 30, intervalMs),
    codeOf({ values, flags, hasSent }) {
      if (values[name] === undefined) return hasSent(name) ? UNKNOWN : undefined;
      return flags?.[name]?.includes('stuck') ? 2 : 0;
    },
    text: (_, value) => ({
      zh: `${label.zh}读数卡住${value === undefined ? '' : `在 ${value}`}：真实值未知`,
      en: `${label.en} is stuck${value === undefined ? '' : ` at ${value}`}: the true value is unknown`,
    }),
    action: { zh: '用手持仪器核对，清洗或更换探头', en: 'Check by hand; clean or replace the probe' },
    source: `sensors/kinds: no healthy probe repeats a value for ${stuckAfterMinutes} min`,
  };
}

/** Other values of the device come, this one does not: the probe is off, or its values are impossible and were refused. */
function missing({ name, label }: Field, intervalMs: number): Rule {
  return {
    id: `${name}_missing`,
    class: 'sensor',
    field: name,
    holds: holdsOf(Math.max(15, silentAfterMs(intervalMs) / MINUTE), 10, intervalMs),
    codeOf({ values, hasSent }) {
      if (values[name] !== undefined) return 0;
      return hasSent(name) ? 2 : undefined;
    },
    text: () => ({
      zh: `${label.zh}缺测：设备在报数，但没有可用的${label.zh}`,
      en: `${label.en} is missing: the device reports, but without a usable value of it`,
    }),
    action: {
      zh: '检查探头接线；隔离区里可看到被拒收的值',
      en: 'Check the probe and its wire; what was refused is in quarantine',
    },
    source: 'three missed reports, 15 min at least',
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
    text: () => ({
      zh: '设备时钟可疑：读数的时间不可信',
      en: "the device's clock is in doubt: so are the times of its readings",
    }),
    action: { zh: '给设备对时', en: "Set the device's clock" },
    source: 'flag clock of intake',
  };
}
