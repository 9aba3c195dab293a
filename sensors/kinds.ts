/** Finds the sensor kinds: every file of a folder is one, checked on loading, so that a slip is named at start and not met at night. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { COMMON_FIELDS } from './common-fields.ts';
import type { Field, Kind } from './kind.ts';
import { KindInvalid, problemsOf } from './kind-problems.ts';

const OURS = fileURLToPath(new URL('./kinds/', import.meta.url));

/** Throws `KIND_INVALID` naming file, field and what would be right. */
export async function loadKinds(folder: string = OURS): Promise<ReadonlyMap<string, Kind>> {
  const files = (await readdir(folder)).filter((file) => /^[a-z0-9_]+\.(ts|js)$/.test(file)).sort();
  const kinds = await Promise.all(files.map((file) => loadKind(folder, file)));
  if (kinds.length === 0)
    throw new KindInvalid(folder, ['holds no sensor kind: a file such as aquaculture_pond.ts with a default export']);
  return new Map(kinds.map((kind) => [kind.name, kind]));
}

async function loadKind(folder: string, file: string): Promise<Kind> {
  const module = (await import(pathToFileURL(join(folder, file)).href)) as { default?: Kind };
  const kind = module.default;
  if (kind === undefined) throw new KindInvalid(file, ['has no default export; it must be a Kind (sensors/kind.ts)']);
  const problems = problemsOf(kind, file.replace(/\.(ts|js)$/, ''));
  if (problems.length > 0) throw new KindInvalid(file, problems);
  const own = new Set(kind.fields.map((field) => field.name));
  return { ...kind, fields: [...kind.fields, ...COMMON_FIELDS.filter((field) => !own.has(field.name))] };
}

export function fieldNamed(kind: Kind, name: string): Field | undefined {
  return kind.fields.find((field) => field.name === name);
}

/** How keys are compared that differ in case, blanks, `_` and `-` only. */
export function foldKey(key: string): string {
  return key.toLowerCase().replace(/[\s_-]/g, '');
}
