/** Reads the configuration of a process from its environment. */
import { codeOf, DaoyuError } from '../base/errors.ts';
import { readSettingFiles } from './setting-files.ts';
import { SETTINGS } from './settings.ts';

type Settings = typeof SETTINGS;
export type Config = { readonly [Name in keyof Settings]: ReturnType<Settings[Name]['parse']> };

/**
 * Reads all settings from the environment; `DAOYU_X_FILE` names a file that holds the value of `DAOYU_X`.
 * Throws `CONFIG_INVALID` naming every wrong or unknown `DAOYU_…` variable and what would be right.
 */
export function readConfig(given: Readonly<Record<string, string | undefined>>): Config {
  const known = new Set(Object.values(SETTINGS).map((each) => each.variable));
  const { environment, problems: unread } = readSettingFiles(given, known);
  const problems = [...unread];
  const values: Record<string, unknown> = {};
  for (const [name, { variable, fallback, parse }] of Object.entries(SETTINGS)) {
    const text = environment[variable] ?? fallback;
    try {
      values[name] = parse(text);
    } catch (error) {
      // A driver's message is a complete sentence.
      const must = codeOf(error) === 'CONFIG_INVALID' ? '' : 'must be ';
      problems.push(`${variable} is ${withoutSecrets(variable, text)} but ${must}${(error as Error).message}`);
    }
  }
  for (const variable of Object.keys(environment)) {
    if (!variable.startsWith('DAOYU_') || variable.startsWith('DAOYU_TEST_') || known.has(variable)) continue;
    problems.push(`${variable} is not a setting${nearest(variable, known)}`);
  }
  if ((values.tlsCertificate === undefined) !== (values.tlsKey === undefined)) {
    problems.push('DAOYU_TLS_CERT and DAOYU_TLS_KEY belong together: give both or none');
  }
  if (values.httpsPort !== undefined && values.tlsCertificate === undefined) {
    problems.push('DAOYU_HTTPS_PORT needs DAOYU_TLS_CERT and DAOYU_TLS_KEY');
  }
  if ((values.oidcIssuer === undefined) !== (values.oidcClientId === undefined)) {
    problems.push('DAOYU_OIDC_ISSUER and DAOYU_OIDC_CLIENT_ID belong together: give both or none');
  }
  if (problems.length > 0) throw new DaoyuError('CONFIG_INVALID', problems.join('\n'));
  return values as Config;
}

/** A URL may hold a password. */
function withoutSecrets(variable: string, text: string): string {
  const isSecret = variable === SETTINGS.apiToken.variable || variable === SETTINGS.oidcClientSecret.variable;
  return isSecret ? '(hidden)' : `"${text.replace(/\/\/[^@/]*@/, '//…@')}"`;
}

/** The known variable that shares most words with an unknown one. */
function nearest(variable: string, known: ReadonlySet<string>): string {
  const words = variable.split('_');
  const score = (candidate: string) => candidate.split('_').filter((word) => words.includes(word)).length;
  const best = [...known].sort((a, b) => score(b) - score(a))[0];
  return best === undefined ? '' : `; did you mean ${best}?`;
}
