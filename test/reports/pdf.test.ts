/** Without a browser there is no PDF, and a sentence that says why. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { findChromium, pdfOf } from '../../reports/pdf.ts';

it('a PDF is refused in words where there is no browser, or one that does not print', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'daoyu-no-browser-'));
  expect(await findChromium({ PATH: folder })).toBeUndefined();
  await expect(pdfOf('<p>x</p>', { PATH: folder })).rejects.toMatchObject({ code: 'PDF_UNAVAILABLE' });
  const broken = join(folder, 'chromium');
  writeFileSync(broken, '#!/bin/sh\nexit 3\n', { mode: 0o755 });
  expect(await findChromium({ PATH: folder })).toBe(broken);
  await expect(pdfOf('<p>x</p>', { PATH: folder })).rejects.toThrow(/ended with 3/);
});
