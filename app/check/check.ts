/** All checks of a data folder, in the order in which they can fail. */
import type { Log } from '../../base/logger.ts';
import type { Config } from '../config.ts';
import { openParts } from '../open-parts.ts';
import { checkFiles, checkFit, checkLog, checkRegistry, checkState, checkStore } from './check-parts.ts';
import { bad, type Finding } from './findings.ts';

/** Rejects with `DATA_FOLDER_IN_USE` while a platform runs on it. */
export async function checkInstallation(
  config: Config,
  dataFolder: string,
  log: Log,
  onFound: (finding: Finding) => void,
): Promise<boolean> {
  let isGood = true;
  const note = (findings: readonly Finding[]) => {
    for (const finding of findings) onFound(finding);
    isGood &&= findings.every((finding) => finding.isGood);
  };
  note(checkFiles(dataFolder));
  if (!isGood) return false;
  const parts = await openParts(config, log);
  const { bus, kv, store, registry, kinds } = parts;
  try {
    note(await checkLog(bus));
    note(await checkState(kv));
    note(checkRegistry(registry, kinds));
    note(await checkStore(store));
    note(await checkFit(bus, store));
  } catch (error) {
    note([bad('fit', (error as Error).message)]);
  } finally {
    await parts.close();
  }
  return isGood;
}
