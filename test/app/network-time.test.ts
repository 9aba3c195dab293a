import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { isSetFromNetwork } from '../../app/network-time.ts';

/** A program in the place of timedatectl that answers its one question with this text. */
function answering(text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'daoyu-timedatectl-')), 'timedatectl');
  writeFileSync(
    path,
    `#!/bin/sh\n[ "$*" = "show --property=NTPSynchronized --value" ] || exit 1\nprintf '%s\\n' '${text}'\n`,
  );
  chmodSync(path, 0o755);
  return path;
}

it('passes on what systemd says of network time', async () => {
  expect(await isSetFromNetwork(answering('yes'))).toBe(true);
  expect(await isSetFromNetwork(answering('no'))).toBe(false);
});

it('says nothing where nobody knows', async () => {
  expect(await isSetFromNetwork(answering('n/a'))).toBeUndefined();
  expect(await isSetFromNetwork('/nonexistent/timedatectl')).toBeUndefined();
});
