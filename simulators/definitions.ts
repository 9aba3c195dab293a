/** Loads one definition per file from a folder, so that adding a fault or scenario is adding a file. */
import { readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { DaoyuError } from '../base/errors.ts';

const isScript = (file: string) => /\.(ts|js|mjs)$/.test(file) && !/\.(d|test)\.ts$/.test(file);

/** Default exports by file name without extension, sorted. */
export async function loadDefinitions(folder: URL): Promise<ReadonlyMap<string, unknown>> {
  const path = fileURLToPath(folder);
  const files = (await readdir(path)).filter(isScript).sort();
  return new Map(
    await Promise.all(
      files.map(async (file) => [basename(file).replace(/\.\w+$/, ''), await loadDefault(join(path, file))] as const),
    ),
  );
}

/** Throws `FILE_MISSING` with the cause: the file is missing, or this Node cannot run its code. */
export async function loadDefault(file: string): Promise<unknown> {
  try {
    const module = (await import(pathToFileURL(resolve(file)).href)) as { readonly default?: unknown };
    return module.default;
  } catch (error) {
    throw new DaoyuError('FILE_MISSING', `cannot load ${file}: ${(error as Error).message}`, { cause: error });
  }
}
