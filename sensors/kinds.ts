/** Loads the sensor kinds: every file of a folder is one. A faulty definition stops the start and is named. */
import { readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { COMMON_FIELDS } from './common-fields.ts';
import { derivedPanels } from './derived-panels.ts';
import type { Field, Kind } from './kind.ts';
import { isShapedLikeKind, KindInvalid, problemsOf } from './kind-problems.ts';

export { foldKey } from './fold-key.ts';

const OURS = new URL('./kinds/', import.meta.url);

/** Compiled folders hold declarations and maps beside the code; every other script is taken as a kind, so that none is skipped silently. */
const isKindFile = (file: string) => /\.(ts|js|mjs)$/.test(file) && !/\.(d|test)\.ts$/.test(file);

/** Throws `KIND_INVALID` naming file, field and what would be right. */
export async function loadKinds(folder: string | URL = OURS): Promise<ReadonlyMap<string, Kind>> {
  const path = folder instanceof URL ? fileURLToPath(folder) : folder;
  const names = await readdir(path).catch((cause: unknown) => {
    throw new KindInvalid(path, ['is not a readable folder'], { cause });
  });
  const kinds = await Promise.all(
    names
      .filter(isKindFile)
      .sort()
      .map((file) => loadKind(path, file)),
  );
  if (kinds.length === 0)
    throw new KindInvalid(path, [
      'holds no sensor kind: it needs a file such as aquaculture_pond.ts with a default export',
    ]);
  return new Map(kinds.map((kind) => [kind.name, kind]));
}

async function loadKind(folder: string, file: string): Promise<Kind> {
  const module = (await import(pathToFileURL(resolve(folder, file)).href).catch((cause: unknown) => {
    throw new KindInvalid(file, [`cannot be loaded: ${cause instanceof Error ? cause.message : String(cause)}`], {
      cause,
    });
  })) as { readonly default?: unknown };
  const { default: given } = module;
  if (!isShapedLikeKind(given)) {
    throw new KindInvalid(file, [
      'its default export is not a Kind (sensors/kind.ts): it needs name, label, fields, primary and panels',
    ]);
  }
  const own = new Set(given.fields.map((field) => field.name));
  const fields = [...given.fields, ...COMMON_FIELDS.filter((field) => !own.has(field.name))];
  const panels = given.panels.length > 0 ? given.panels : derivedPanels({ fields, primary: given.primary });
  const kind = { ...given, fields, panels };
  const problems = problemsOf(kind, file.replace(/\.\w+$/, ''));
  if (problems.length > 0) throw new KindInvalid(file, problems);
  return kind;
}

export function fieldNamed(kind: Kind, name: string): Field | undefined {
  return kind.fields.find((field) => field.name === name);
}
