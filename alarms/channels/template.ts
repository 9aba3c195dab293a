/** What fills the variables of a template that an operator has approved: text messages and calls may say nothing else. */
import type { Notice } from './channel.ts';
import type { NoticeLanguage } from './text.ts';

/** A variable takes 35 characters. */
const MAX_CHARACTERS = 35;
const LEVEL = {
  critical: { zh: '严重告警', en: 'CRITICAL' },
  warning: { zh: '预警', en: 'Warning' },
  drill: { zh: '演练', en: 'DRILL' },
} as const;

/** `${level}：${what}` in the template. No link: operators refuse addresses inside variables. */
export function variablesOf({ severity, isDrill, title }: Notice, language: NoticeLanguage): string {
  const characters = [...title[language]];
  const what =
    characters.length > MAX_CHARACTERS ? `${characters.slice(0, MAX_CHARACTERS - 1).join('')}…` : title[language];
  return JSON.stringify({ level: LEVEL[isDrill ? 'drill' : severity][language], what });
}
