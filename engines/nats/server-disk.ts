/**
 * The disk of a nats-server on this machine, held free by our reserve as our own is: from 2.14 on a server that once met a full disk takes nothing
 * until it is restarted, even with room again.
 */
import { existsSync, statfsSync } from 'node:fs';
import { type DiskSpace, watchDiskSpace } from '../../base/disk-space.ts';
import type { Nats } from './connection.ts';
import { askMonitor } from './monitor.ts';

/** A partition that is small on purpose keeps this share of it, not the whole reserve. */
const MOST_OF_DISK = 0.05;
const LOOPBACK = /^https?:\/\/(127\.\d+\.\d+\.\d+|localhost|\[::1\])[:/]/;

interface Varz {
  readonly server_name?: string;
  readonly jetstream?: { readonly config?: { readonly store_dir?: string } };
}

/** Undefined when the server runs elsewhere, or says not where it writes. */
export async function watchServerDisk(nats: Nats, reserveBytes: number): Promise<DiskSpace | undefined> {
  for (const url of nats.address.monitors.filter((each) => LOOPBACK.test(each))) {
    const varz = await askMonitor<Varz>(url, '/varz');
    const folder = varz?.jetstream?.config?.store_dir;
    // In a container the same path may be another disk, or none of this machine.
    if (folder === undefined || varz?.server_name !== nats.raw.info?.server_name || !existsSync(folder)) continue;
    const { blocks, bsize } = statfsSync(folder);
    // Before each append, which is rare and large: the reserve of a small partition is written in less than a tenth of a second.
    return watchDiskSpace(folder, Math.min(reserveBytes, blocks * bsize * MOST_OF_DISK), 0);
  }
  return undefined;
}
