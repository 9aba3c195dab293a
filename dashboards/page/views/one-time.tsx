/** What is shown once: a link with its QR code, or the text of a token. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { useAppContext } from '../feed/app-context.ts';
import { formatDay, formatSeconds } from '../language/format-time.ts';

interface Props {
  readonly title: string;
  readonly note: string;
  readonly text: string;
  readonly expiresAt?: number | undefined;
  /** SVG. */
  readonly qr?: string | undefined;
}

export function OneTime({ title, note, text, expiresAt, qr }: Props) {
  const { word, language } = useAppContext();
  const [isCopied, setCopied] = useState(false);
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
          <button
            type="button"
            onClick={() =>
              void navigator.clipboard?.writeText(text).then(
                () => setCopied(true),
                () => undefined,
              )
            }
          >
            {word(isCopied ? 'copied' : 'copy')}
          </button>
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
