import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { madeSecrets, SECRETS_SCRIPT } from './made-secrets.ts';

describe('secrets.sh', () => {
  it('makes passwords that only this user can read, once', () => {
    const file = madeSecrets();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const said = execFileSync('sh', [SECRETS_SCRIPT, join(file, '..')], { encoding: 'utf8' });
    expect(said).toContain('nothing was changed');
  });
});
