/** The credentials of a device, shown once: to copy, to scan, and as a command that sends a first reading. */
import { useEffect, useRef } from 'preact/hooks';
import { examplePayload, mosquittoLine } from '../../../api/first-message.ts';
import { serverOf, setupText } from '../../../api/setup-text.ts';
import { renderQr } from '../../../base/qr.ts';
import type { Kind } from '../../../sensors/kind.ts';
import { useLanguage } from '../feed/app-context.ts';
import type { DeviceCredentials } from '../feed/places.ts';
import { CopyButton } from '../views/copy-button.tsx';

interface Props {
  readonly credentials: DeviceCredentials;
  readonly kind: Kind | undefined;
}

export function ShownCredentials({ credentials, kind }: Props) {
  const { word } = useLanguage();
  const box = useRef<HTMLElement>(null);
  useEffect(() => box.current?.focus(), []);
  const { username, password, clientId, topics, urls } = credentials;
  const { hostname } = location;
  const line = mosquittoLine(credentials, kind === undefined ? {} : examplePayload(kind), hostname);
  const qr = renderQr(setupText(credentials, hostname));
  const { host, port } = serverOf(urls, hostname);
  const rows = [
    ['addressWord', `${host}:${port}`],
    ['clientIdWord', clientId],
    ['account', username],
    ['passwordWord', password],
    ['topicWord', topics.telemetry],
  ] as const;
  return (
    <section class="one-time credentials" ref={box} tabIndex={-1} aria-label={`${word('credentials')} ${clientId}`}>
      <figure>
        <img class="qr" alt="QR" src={`data:image/svg+xml;utf8,${encodeURIComponent(qr)}`} />
        <figcaption class="note">{word('scanIt')}</figcaption>
      </figure>
      <div>
        <p class="once">{word('credentialsOnce')}</p>
        <dl>
          {rows.map(([name, value]) => (
            <div key={name}>
              <dt>{word(name)}</dt>
              <dd data-testid={name}>{value}</dd>
            </div>
          ))}
        </dl>
        <CopyButton text={rows.map(([name, value]) => `${word(name)}: ${value}`).join('\n')} />
        <p class="note">{word('tryIt')}</p>
        <code data-testid="try-line">{line}</code>
        <CopyButton text={line} />
      </div>
    </section>
  );
}
