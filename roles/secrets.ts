/** Texts that every process of a platform must know alike: the API token, the key that signs sessions. */
import type { DataFolder } from '../data-folder.ts';
import { codeOf } from '../errors.ts';
import type { State } from '../state/state.ts';

/**
 * Kept in the shared state; whoever comes first puts its own there. The copy in the data folder is for people, and what one process alone goes by:
 * there the state would only be a second copy.
 */
export async function sharedSecret(
  { folder, state, isShared }: { readonly folder: DataFolder; readonly state: State; readonly isShared: boolean },
  name: string,
): Promise<string> {
  if (!isShared) return folder.secret(name);
  const key = `secrets/${name}`;
  const known = await state.get<string>(key);
  if (known !== undefined) return folder.adopt(name, known.value);
  const own = folder.secret(name);
  try {
    await state.put(key, own, 0);
    return own;
  } catch (error) {
    if (codeOf(error) !== 'STATE_CONFLICT') throw error;
    return folder.adopt(name, (await state.get<string>(key))?.value ?? own);
  }
}
