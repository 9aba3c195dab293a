/** Loads the physical models: each file in `models/` is one, named after its kind. */
import { DaoyuError } from '../base/errors.ts';
import { loadDefinitions } from './definitions.ts';
import type { CreateModel } from './model.ts';

const OURS = new URL('./models/', import.meta.url);

/** Models by kind name. Throws `MODEL_INVALID` naming the file. */
export async function loadModels(folder = OURS): Promise<ReadonlyMap<string, CreateModel>> {
  const definitions = await loadDefinitions(folder);
  return new Map([...definitions].map(([kind, create]) => [kind, checkModel(kind, create)]));
}

function checkModel(kind: string, create: unknown): CreateModel {
  if (typeof create === 'function') return create as CreateModel;
  throw new DaoyuError(
    'MODEL_INVALID',
    `simulators/models/${kind}: its default export must be a function (setting) => Model (simulators/model.ts)`,
  );
}
