/** A reference client as a process, before a doctor that provokes it: it must come out without a finding. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import type { Report } from '../../doctor/report.ts';
import { PASSWORD } from '../broker/open-test-broker.ts';
import { findingsOf, openPatient } from '../doctor/patient.ts';
import { eventually } from '../eventually.ts';

export interface Started {
  readonly port: number;
  readonly password: string;
  /** A folder of its own, removed afterwards. */
  readonly folder: string;
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'daoyu-client-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Ended with the test; what it prints comes with a failure. */
export function startClient(
  command: string,
  values: readonly string[],
): { readonly child: ChildProcess; said(): string } {
  const child = spawn(command, values, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stdout?.on('data', (chunk) => {
    said += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    said += chunk;
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return { child, said: () => said };
}

export const INTERVAL_S = '0.4';

const PROVOKED = ['WITHHELD_NOT_RESENT', 'STOPS_WHEN_LATE', 'NO_BACK_OFF', 'BACKLOG_LOST', 'NOT_RESENT'];

/** Examines until everything that was provoked has its verdict. */
export async function certify(name: string, start: (started: Started) => { said(): string }): Promise<Report> {
  const patient = await openPatient({}, Number(INTERVAL_S) * 1000);
  await patient.examine(true);
  const client = start({ port: patient.port, password: PASSWORD, folder: temporaryFolder() });
  const isDecided = ({ checks, step }: Report) =>
    step === undefined && PROVOKED.every((code) => checks.find((check) => check.code === code)?.verdict !== 'unseen');
  await eventually(patient.report, isDecided, 60_000).catch(async () => {
    const { checks } = await patient.report();
    throw new Error(`${name} is not decided: ${JSON.stringify(checks)}\nIt said: ${client.said()}`);
  });
  const report = await patient.end();
  expect(findingsOf(report), `${name}: ${JSON.stringify(report.checks)}`).toEqual({});
  return report;
}
