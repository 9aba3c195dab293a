/** Rules that a kind declares for its equipment: an aerator on without power, a compressor off while it is warm. */

import { isDoubtful } from '../sensors/flag.ts';
import type { EquipmentRule, EquipmentTerm, Kind } from '../sensors/kind.ts';
import { silentAfterMs } from '../sensors/silence.ts';
import { holds } from '../sensors/terms.ts';
import { type Code, UNKNOWN } from './fold.ts';
import type { Measured, Rule } from './rule.ts';

const MINUTE = 60_000;
const CLEAR_MINUTES = 10;

export function equipmentRules(kind: Kind, intervalMs: number): readonly Rule[] {
  return (kind.equipment ?? []).map((declared) => equipmentRule(declared, intervalMs));
}

const curveFields = new WeakMap<Kind, readonly string[]>();

/** Fields of which the last day is kept as half-hours: those with a forecast, and those that a rule wants to see moving. Asked for every reading. */
export function curveFieldsOf(kind: Kind): readonly string[] {
  const known = curveFields.get(kind);
  if (known !== undefined) return known;
  const moving = (kind.equipment ?? []).flatMap(({ unmoved }) => unmoved?.fields ?? []);
  const found = [...new Set([...(kind.fallsByNight ?? []), ...moving])];
  curveFields.set(kind, found);
  return found;
}

function equipmentRule(declared: EquipmentRule, intervalMs: number): Rule {
  const { name, label, action, terms, criticalTerms, holdMinutes, source } = declared;
  const fields = [...new Set([...terms, ...(criticalTerms ?? [])].flatMap(fieldsOf))];
  const [first] = terms;
  return {
    id: name,
    class: 'process',
    ...(first && { field: first.field }),
    holds: {
      warning: holdMs(holdMinutes.warning, intervalMs),
      critical: holdMs(holdMinutes.critical, intervalMs),
      clear: CLEAR_MINUTES * MINUTE - 0.1 * intervalMs,
      maxGap: silentAfterMs(intervalMs),
    },
    codeOf(measured) {
      const isSilent = fields.some((field) => measured.value(field) === undefined);
      if (isSilent) return fields.every((field) => measured.hasSent(field)) ? UNKNOWN : undefined;
      if (fields.some((field) => isDoubtful(measured.flags?.[field]))) return UNKNOWN;
      return codeOf(declared, measured);
    },
    text: () => label,
    action,
    source,
  };
}

/** At least two readings: a door that happens to be open in one of them is not a fault. */
function holdMs(minutes: number | undefined, intervalMs: number): number {
  if (minutes === undefined) return Number.POSITIVE_INFINITY;
  return Math.max(minutes * MINUTE, intervalMs) - 0.1 * intervalMs;
}

function codeOf({ terms, criticalTerms, unmoved, holdMinutes }: EquipmentRule, measured: Measured): Code {
  if (!terms.every((term) => holds(term, measured))) return 0;
  if (unmoved !== undefined) {
    const moves = unmoved.fields.flatMap((field) => measured.movedBy(field) ?? []);
    if (moves.length === 0) return UNKNOWN;
    if (moves.some((move) => Math.abs(move) >= unmoved.by)) return 0;
  }
  if (holdMinutes.critical === undefined) return 2;
  return (criticalTerms ?? []).every((term) => holds(term, measured)) ? 4 : 2;
}

const fieldsOf = ({ field, aboveField }: EquipmentTerm) => (aboveField === undefined ? [field] : [field, aboveField]);
