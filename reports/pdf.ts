/** A report on paper: printed by the Chromium of this machine, if there is one. */
import { spawn } from 'node:child_process';
import { access, constants, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DaoyuError } from '../base/errors.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome', 'msedge'];
const PRINTED_WITHIN_MS = 60_000;

/** The browser of `CHROME_PATH`, else the first of its usual names on the PATH; undefined: none. */
export async function findChromium(environment: NodeJS.ProcessEnv): Promise<string | undefined> {
  const folders = (environment.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const own = environment.CHROME_PATH;
  const places = own === undefined ? NAMES.flatMap((name) => folders.map((folder) => join(folder, name))) : [own];
  for (const place of places) {
    const isThere = await access(place, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return place;
  }
  return undefined;
}

/** Rejects with `PDF_UNAVAILABLE`. */
export async function pdfOf(html: string, environment: NodeJS.ProcessEnv = process.env): Promise<Buffer> {
  const browser = await findChromium(environment);
  if (browser === undefined)
    throw new DaoyuError(
      'PDF_UNAVAILABLE',
      'there is no Chromium on this machine: install it, or name it in CHROME_PATH; HTML prints from any browser',
    );
  const folder = await mkdtemp(join(tmpdir(), 'daoyu-report-'));
  try {
    const [page, paper] = [join(folder, 'report.html'), join(folder, 'report.pdf')];
    await writeFile(page, html);
    await run(browser, [
      ...['--headless=new', '--disable-gpu', '--no-first-run', '--disable-sync', '--disable-background-networking'],
      ...['--disable-extensions', '--no-pdf-header-footer', `--user-data-dir=${join(folder, 'profile')}`],
      // As root it does not start inside its sandbox. The page holds no script.
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      ...[`--print-to-pdf=${paper}`, pathToFileURL(page).href],
    ]);
    return await readFile(paper).catch((cause: unknown) => {
      throw new DaoyuError('PDF_UNAVAILABLE', `${browser} printed nothing`, { cause });
    });
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

function run(program: string, options: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, options, { stdio: 'ignore', timeout: PRINTED_WITHIN_MS, killSignal: 'SIGKILL' });
    child.once('error', (cause) =>
      reject(new DaoyuError('PDF_UNAVAILABLE', `${program} does not start: ${cause.message}`, { cause })),
    );
    child.once('exit', (code) => {
      if (code === 0) resolve();
      else reject(new DaoyuError('PDF_UNAVAILABLE', `${program} ended with ${code ?? 'a signal'} instead of printing`));
    });
  });
}
