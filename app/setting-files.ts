/** Reads settings from files: `DAOYU_API_TOKEN_FILE=/run/secrets/api-token`, the way containers hand out secrets. */
import { readFileSync } from 'node:fs';

const SUFFIX = '_FILE';

export interface ReadSettings {
  /** The environment, each `NAME_FILE` replaced by `NAME` with the file's text. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly problems: readonly string[];
}

/** A final line break is not part of the value. Never throws: problems are returned, to be reported with all others. */
export function readSettingFiles(
  environment: Readonly<Record<string, string | undefined>>,
  names: ReadonlySet<string>,
): ReadSettings {
  const read: Record<string, string | undefined> = { ...environment };
  const problems: string[] = [];
  for (const name of names) {
    const variable = `${name}${SUFFIX}`;
    const path = environment[variable];
    delete read[variable];
    if (path === undefined || path === '') continue;
    if (environment[name] !== undefined) {
      problems.push(`${name} and ${variable} are both set: give one of them`);
      continue;
    }
    try {
      const text = readFileSync(path, 'utf8').replace(/\r?\n$/, '');
      if (text === '') problems.push(`${variable} names ${path}, which is empty`);
      read[name] = text;
    } catch (error) {
      problems.push(`${variable} names ${path}, which cannot be read (${(error as NodeJS.ErrnoException).code})`);
    }
  }
  return { environment: read, problems };
}
