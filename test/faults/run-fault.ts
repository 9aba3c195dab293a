/** Runs one fault under load: load before it, through it and behind it; then waits until all is acknowledged and stored, and holds all against all. */
import { eventually } from '../eventually.ts';
import { drained, RATE, type Stage } from './stage.ts';
import type { Account, Verdict } from './verify.ts';

export interface Fault {
  readonly name: string;
  /** How it is injected and taken away again; resolves when the cause is gone. */
  readonly inject: (stage: Stage) => Promise<void>;
}

export interface FaultResult extends Verdict {
  readonly name: string;
  /** Messages a second acknowledged before the fault. */
  readonly rate: number;
  /** From the end of the cause to the first PUBACK. */
  readonly firstPubackMs: number;
  /** From there until nothing waited any more, in devices or log. */
  readonly drainedMs: number;
}

/** Seconds of load before and behind a fault. */
const BEFORE_MS = 1500;
const BEHIND_MS = 1000;

export interface RunOptions {
  /** What is acknowledged may never be received: nobody waits for it. */
  readonly isControl?: boolean;
}

export async function runFault(
  stage: Stage,
  account: Account,
  { name, inject }: Fault,
  { isControl = false }: RunOptions = {},
): Promise<FaultResult> {
  const { fleet } = stage;
  const began = await fleet.count();
  const beganAt = performance.now();
  await fleet.setRate(RATE);
  await pause(BEFORE_MS);
  const before = await fleet.count();
  const rate = ((before.acknowledged - began.acknowledged) / (performance.now() - beganAt)) * 1000;
  await inject(stage);
  const goneAt = performance.now();
  const then = await fleet.count();
  await eventually(
    () => fleet.count(),
    ({ acknowledged }) => acknowledged > then.acknowledged,
    60_000,
  );
  const firstPubackMs = performance.now() - goneAt;
  await pause(BEHIND_MS);
  account.add(await fleet.settle(60_000));
  const ledger = await drained(stage, (row) => isControl || account.isKnown(stage, row));
  const drainedMs = performance.now() - goneAt - BEHIND_MS;
  const result = { name, rate, firstPubackMs, drainedMs, ...(await account.verify(stage, ledger)) };
  console.info(rowOf(result));
  return result;
}

export const HEAD = [
  '| fault | msg/s before | acknowledged | missing | doubled | phantom | wrong | rows that do not add up | rows that differ from what was published | in quarantine | first PUBACK after | all stored after |',
  '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
].join('\n');

function rowOf(result: FaultResult): string {
  const { name, rate, acknowledged, missing, doubled, phantom, wrong, unbalanced, miscounted, quarantined } = result;
  const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
  const times = [seconds(result.firstPubackMs), seconds(result.drainedMs)];
  const counts = [rate.toFixed(0), acknowledged, missing, doubled, phantom, wrong, unbalanced, miscounted, quarantined];
  return `| ${[name, ...counts, ...times].join(' | ')} |`;
}

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
