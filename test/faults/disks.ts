/** Disks to be filled and to lose power: a file system in memory, and an image of a block device that is copied under its mount. */
import { execFileSync } from 'node:child_process';
import { closeSync, copyFileSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

export const isRoot = () => process.getuid?.() === 0;

const run = (program: string, ...words: readonly string[]) => void execFileSync(program, words, { stdio: 'pipe' });

export interface FullDisk {
  readonly folder: string;
  /** Takes all that is left. */
  fill(): void;
  empty(): void;
}

/** Unmounted when the test has ended. */
export function mountMemory(sizeMb: number): FullDisk {
  const folder = mkdtempSync(join(tmpdir(), 'daoyu-disk-'));
  run('mount', '-t', 'tmpfs', '-o', `size=${sizeMb}m`, 'tmpfs', folder);
  onTestFinished(() => unmount(folder));
  const pad = join(folder, 'pad');
  return {
    folder,
    fill() {
      const file = openSync(pad, 'w');
      const block = Buffer.alloc(64 * 1024);
      try {
        for (;;) writeSync(file, block);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      } finally {
        closeSync(file);
      }
    },
    empty: () => rmSync(pad),
  };
}

export interface PowerDisk {
  readonly folder: string;
  /** Keeps only what reached the block device; whoever uses it must be frozen, so that nothing is written meanwhile. */
  cutPower(): void;
  /** In the same place, as it was when the power was cut; whoever used it must be dead. */
  comeBack(): void;
}

/** An ext4 on a loop device. Unmounted when the test has ended. */
export function mountImage(sizeMb: number): PowerDisk {
  const top = mkdtempSync(join(tmpdir(), 'daoyu-power-'));
  const [image, kept, folder] = [join(top, 'disk.img'), join(top, 'kept.img'), join(top, 'mount')];
  run('truncate', '-s', `${sizeMb}M`, image);
  run('mkfs.ext4', '-q', '-F', image);
  run('mkdir', folder);
  run('mount', '-o', 'loop', image, folder);
  run('mkdir', `${folder}/influx`, `${folder}/daoyu`);
  run('sync');
  onTestFinished(() => {
    unmount(folder);
    rmSync(top, { recursive: true, force: true });
  });
  return {
    folder,
    cutPower: () => copyFileSync(image, kept),
    comeBack() {
      unmount(folder);
      run('mount', '-o', 'loop', kept, folder);
    },
  };
}

/** Lazily: a process of the test that is being ended may still hold a file. */
function unmount(folder: string): void {
  run('umount', '-l', folder);
}
