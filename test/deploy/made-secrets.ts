/** The passwords that `deploy/secrets.sh` makes, in a folder of their own; gone with the test. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

export const SECRETS_SCRIPT = fileURLToPath(new URL('../../deploy/secrets.sh', import.meta.url));

/** Path of the `.env` file. */
export function madeSecrets(): string {
  const folder = mkdtempSync(join(tmpdir(), 'daoyu-deploy-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  execFileSync('sh', [SECRETS_SCRIPT, folder]);
  return join(folder, '.env');
}
