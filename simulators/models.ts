/** Finds the physical models: each file of `models/` is one, named after the kind that it simulates. */
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { DaoyuError } from '../errors.ts';
import type { CreateModel } from './model.ts';

const OURS = new URL('./models/', import.meta.url);

const isModelFile = (file: string) => /\.(ts|js|mjs)$/.test(file) && !/\.(d|test)\.ts$/.test(file);

/** Models by kind name. Throws `MODEL_INVALID` naming the file. */
export async function loadModels(folder: string | URL = OURS): Promise<ReadonlyMap<string, CreateModel>> {
  const path = folder instanceof URL ? fileURLToPath(folder) : folder;
  const files = (await readdir(path)).filter(isModelFile).sort();
  return new Map(await Promise.all(files.map((file) => loadModel(join(path, file)))));
}

async function loadModel(file: string): Promise<[kind: string, create: CreateModel]> {
  const module = (await import(pathToFileURL(file).href)) as { readonly default?: unknown };
  if (typeof module.default !== 'function')
    throw new DaoyuError(
      'MODEL_INVALID',
      `${file}: its default export must be a function (setting) => Model (simulators/model.ts)`,
    );
  return [basename(file).replace(/\.\w+$/, ''), module.default as CreateModel];
}
