/** What is shown once: a link with its QR code, or the text of a token. */
import { useEffect, useRef } from 'preact/hooks';
import { useAppContext, useLanguage } from '../feed/app-context.ts';
import type { OneTimeLink as MadeLink } from '../feed/people.ts';
import { formatDay, formatSeconds } from '../language/format-time.ts';
import { CopyButton } from './copy-button.tsx';

interface Props {
  readonly title: string;
  readonly note: string;
  readonly text: string;
  readonly expiresAt?: number | undefined;
  /** SVG. */
  readonly qr?: string | undefined;
}

interface LinkProps {
  readonly title: string;
  readonly link: MadeLink;
  /** Absent: one person opens it once. */
  readonly note?: string;
}

/** A link that is shown once, and its QR code for a phone. */
export function OneTimeLink({ title, link, note }: LinkProps) {
  const { word } = useLanguage();
  return (
    <OneTime title={title} note={note ?? word('linkOnce')} text={link.link} expiresAt={link.expiresAt} qr={link.qr} />
  );
}

export function OneTime({ title, note, text, expiresAt, qr }: Props) {
  const { word, language } = useAppContext();
  const box = useRef<HTMLElement>(null);
  useEffect(() => box.current?.focus(), []);
  return (
    <section class="one-time" ref={box} tabIndex={-1} aria-label={title}>
      {qr !== undefined && <img class="qr" alt="QR" src={`data:image/svg+xml;utf8,${encodeURIComponent(qr)}`} />}
      <div>
        <h3>{title}</h3>
        <p class="note">{note}</p>
        <code data-testid="one-time">{text}</code>
        <p class="one-time-foot">
          <CopyButton text={text} />
          {expiresAt !== undefined && (
            <span class="note">
              {word('validUntil')} {formatDay(expiresAt, language)} {formatSeconds(expiresAt).slice(0, 5)}
            </span>
          )}
        </p>
      </div>
    </section>
  );
}
