/** One device under examination: takes what is observed and says at any time what it amounts to. */
import { createHash } from 'node:crypto';
import type { Observation } from '../broker/observe/observation.ts';
import { createFactsBook, type Decode, type Facts } from './facts.ts';
import { type Check, type Report, resultOf, type Sum } from './report.ts';
import { resentOf } from './rules/dup.ts';
import { rules } from './rules.ts';

export interface ExaminationOptions {
  readonly device: Facts['device'];
  readonly decode: Decode;
  readonly head: Pick<Report, 'id' | 'isActive' | 'startedAt' | 'endsAt' | 'by'>;
}

export interface Examination {
  take(observation: Observation): void;
  facts(now: number): Facts;
  report(now: number, state: Report['state'], step?: Report['step']): Report;
}

const PROTOCOLS: Readonly<Record<number, string>> = { 3: 'MQTT 3.1', 4: 'MQTT 3.1.1', 5: 'MQTT 5' };

export function createExamination({ device, decode, head }: ExaminationOptions): Examination {
  const book = createFactsBook(device, head.startedAt, decode);
  const { park, device: id } = device;
  return {
    take: book.take,
    facts: book.facts,
    report(now, state, step) {
      const facts = book.facts(now);
      const checks = rules
        .filter(({ isActive }) => head.isActive || isActive !== true)
        .map((rule) => check(rule, facts));
      const report: Report = {
        ...head,
        ...{ park, device: id, state, updatedAt: now },
        ...(step !== undefined && { step }),
        result: resultOf(checks, facts.publishes.length),
        sum: sumOf(facts),
        checks,
      };
      return state === 'running' ? report : { ...report, digest: digestOf(report) };
    },
  };
}

function check({ code, title, costs, change, judge }: (typeof rules)[number], facts: Facts): Check {
  const { verdict, evidence } = judge(facts);
  const isFound = verdict === 'warning' || verdict === 'fail';
  return { code, title, verdict, ...(evidence && { evidence }), ...(isFound && { costs, change }) };
}

function sumOf(facts: Facts): Sum {
  const { connections, publishes, telemetry } = facts;
  const protocols = connections.map(({ level }) => PROTOCOLS[level] ?? `level ${level}`);
  return {
    connections: connections.length,
    publishes: publishes.length,
    readings: telemetry.reduce((sum, { readings }) => sum + readings.length, 0),
    acknowledged: publishes.filter(({ acknowledgedAt }) => acknowledgedAt !== undefined).length,
    resent: resentOf(publishes).length,
    protocols: [...new Set(protocols)],
    transports: [...new Set(connections.map(({ transport }) => transport))],
  };
}

/** Of the report without its digest, as JSON in the order of its keys here. */
export function digestOf({ digest: _digest, ...report }: Report): string {
  return createHash('sha256').update(JSON.stringify(report)).digest('hex');
}
