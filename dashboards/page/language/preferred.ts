/** The language of a page whose route names none. */
import type { Language } from '../../../sensors/format.ts';

export interface Preferences {
  /** Of the address: `?lang=zh` before the `#` counts like the one behind it. */
  readonly search: string;
  /** The last choice on this browser. */
  readonly chosen: string | null;
  /** The browser's own, such as `zh-CN`. */
  readonly browser: string;
}

export function languageOf({ search, chosen, browser }: Preferences): Language {
  const asked = new URLSearchParams(search).get('lang');
  for (const named of [asked, chosen]) if (named === 'zh' || named === 'en') return named;
  return /^zh/i.test(browser) ? 'zh' : 'en';
}
