/** A notice as text or Markdown, in one language, within the byte limit of a service. */
import type { Notice } from './channel.ts';

const DRILL = { zh: '【演练】', en: '[DRILL] ' } as const;
const SEVERITY = { critical: { zh: '严重', en: 'CRITICAL' }, warning: { zh: '预警', en: 'Warning' } } as const;
const OPEN = { zh: '查看并确认', en: 'Open and acknowledge' } as const;

export type NoticeLanguage = 'zh' | 'en';

export function titleOf({ title, severity, isDrill }: Notice, language: NoticeLanguage): string {
  const separator = language === 'zh' ? '：' : ': ';
  return `${isDrill ? DRILL[language] : ''}${SEVERITY[severity][language]}${separator}${title[language]}`;
}

/** Title, facts, link; a repeat is recognised by the key at its end. */
export function textOf(notice: Notice, language: NoticeLanguage, maxBytes: number): string {
  const tail = [...(notice.link === undefined ? [] : [notice.link]), `#${notice.dedupKey}`];
  return fitted([titleOf(notice, language), ...notice.lines.map((line) => line[language])], tail, maxBytes, '\n');
}

export function markdownOf(notice: Notice, language: NoticeLanguage, maxBytes: number): string {
  const link = notice.link === undefined ? [] : [`[${OPEN[language]}](${notice.link})`];
  const lines = notice.lines.map((line) => escaped(line[language]));
  return fitted(
    [`### ${escaped(titleOf(notice, language))}`, ...lines],
    [...link, `#${notice.dedupKey}`],
    maxBytes,
    '\n\n',
  );
}

/** Title and tail are always kept; facts are dropped from the end, with an ellipsis in their place. */
function fitted(lines: readonly string[], tail: readonly string[], maxBytes: number, separator: string): string {
  for (let kept = lines.length; kept >= 1; kept--) {
    const head = kept === lines.length ? lines : [...lines.slice(0, kept), '…'];
    const text = [...head, ...tail].join(separator);
    if (Buffer.byteLength(text) <= maxBytes) return text;
  }
  const rest = maxBytes - Buffer.byteLength(['…', ...tail].join(separator)) - Buffer.byteLength(separator);
  return [`${cutTo(lines[0] ?? '', Math.max(0, rest))}…`, ...tail].join(separator);
}

/** Never cuts inside a character. */
export function cutTo(text: string, maxBytes: number): string {
  let size = 0;
  let kept = '';
  for (const character of text) {
    size += Buffer.byteLength(character);
    if (size > maxBytes) return kept;
    kept += character;
  }
  return kept;
}

/** Names are typed by people: they must not turn into links or headings. */
function escaped(text: string): string {
  return text.replace(/[\\`*_[\]<>#|]/g, '\\$&').replace(/\r?\n/g, ' ');
}
