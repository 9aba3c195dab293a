/** Finds where each device's simulated history starts: after the newest reading that the platform has, so that nothing is measured twice. */
import { codeOf, DaoyuError } from '../base/errors.ts';
import type { FleetMember } from '../simulators/fleet-member.ts';
import { type ApiTarget, askPlatform } from './platform-api.ts';

const PATIENCE_MS = 10_000;

/** Epoch ms by device, not before `earliest`. If the store does not answer, the devices start now, and say so. */
export async function backfillStart(target: ApiTarget, earliest: number): Promise<(member: FleetMember) => number> {
  try {
    await nothingPending(target);
    const { latest } = (await askPlatform(target, 'GET', '/api/v1/latest')) as {
      readonly latest: readonly { readonly park: string; readonly device: string; readonly time: number | null }[];
    };
    const newest = new Map(latest.map(({ park, device, time }) => [`${park}.${device}`, time ?? 0]));
    return ({ park, device, intervalMs }) => Math.max(earliest, (newest.get(`${park}.${device}`) ?? 0) + intervalMs);
  } catch (error) {
    const now = Date.now();
    process.stderr.write(`the store does not say what it has (${codeOf(error)}): the devices start now\n`);
    return () => now;
  }
}

/** After a crash the store is behind the log: queried too soon, it would cause the last readings to be measured twice. */
async function nothingPending(target: ApiTarget): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const { ledger, isComplete } = (await askPlatform(target, 'GET', '/api/v1/ledger')) as {
      readonly ledger: readonly { readonly pending: number }[];
      readonly isComplete: boolean;
    };
    if (isComplete && ledger.every(({ pending }) => pending === 0)) return;
    if (Date.now() > deadline) throw new DaoyuError('STORE_UNAVAILABLE', 'the store is far behind the log');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
