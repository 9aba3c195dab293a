/** Keeps a reserve of the disk free: writing stops cleanly before the disk is full, because libraries do not stop cleanly on a full disk. */
import { statfsSync } from 'node:fs';
import { DaoyuError } from './errors.ts';

export interface DiskSpace {
  /** Throws `DISK_FULL` while less than the reserve is free. Cheap enough for every write. */
  check(): void;
}

/** The file system is asked at most this often. */
const ASK_EVERY_MS = 100;

export function watchDiskSpace(folder: string, reserveBytes: number, askEveryMs = ASK_EVERY_MS): DiskSpace {
  let askedAt = Number.NEGATIVE_INFINITY;
  let freeBytes = 0;
  return {
    check() {
      const now = performance.now();
      if (now - askedAt >= askEveryMs) {
        const { bavail, bsize } = statfsSync(folder);
        freeBytes = bavail * bsize;
        askedAt = now;
      }
      if (freeBytes >= reserveBytes) return;
      const megabytes = (bytes: number) => Math.floor(bytes / 1e6);
      throw new DaoyuError(
        'DISK_FULL',
        `only ${megabytes(freeBytes)} MB are free on the disk of ${folder}, and ${megabytes(reserveBytes)} MB are kept in reserve: make room, and intake continues by itself (DAOYU_DISK_RESERVE)`,
      );
    },
  };
}
