/** Secrets shared by all processes of a platform: the API token and the session key. */

import { codeOf } from '../base/errors.ts';
import type { Kv } from '../kv/kv.ts';
import type { DataFolder } from './data-folder.ts';

/**
 * Kept in the shared state, where the first process puts its own. The copy in the data folder is for people; a single process uses only that copy.
 */
export async function sharedSecret(
  { folder, kv, isShared }: { readonly folder: DataFolder; readonly kv: Kv; readonly isShared: boolean },
  name: string,
): Promise<string> {
  if (!isShared) return folder.secret(name);
  const key = `secrets/${name}`;
  const known = await kv.get<string>(key);
  if (known !== undefined) return folder.adopt(name, known.value);
  const own = folder.secret(name);
  try {
    await kv.put(key, own, 0);
    return own;
  } catch (error) {
    if (codeOf(error) !== 'STATE_CONFLICT') throw error;
    return folder.adopt(name, (await kv.get<string>(key))?.value ?? own);
  }
}
