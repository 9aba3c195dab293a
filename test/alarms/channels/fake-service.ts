/** A service that answers as it is told to, well or badly, and remembers what it was sent. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Received {
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly json: Readonly<Record<string, unknown>>;
}

export type Behaviour =
  | {
      readonly is: 'answer';
      readonly status?: number;
      readonly body: string;
      readonly headers?: Record<string, string>;
    }
  /** Takes the request and says nothing, for ever. */
  | { readonly is: 'hang' }
  /** Closes the connection in the middle. */
  | { readonly is: 'cut' };

export const answer = (body: unknown, status = 200): Behaviour => ({
  is: 'answer',
  status,
  body: JSON.stringify(body),
});

export async function openFakeService(behaviour: Behaviour) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => (text += String(chunk)));
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://fake');
      received.push({ url, headers: request.headers, text, json: JSON.parse(text || '{}') as Received['json'] });
      behave(behaviour, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}

function behave(behaviour: Behaviour, response: ServerResponse): void {
  if (behaviour.is === 'answer') response.writeHead(behaviour.status ?? 200, behaviour.headers).end(behaviour.body);
  if (behaviour.is === 'cut') response.socket?.destroy();
}
