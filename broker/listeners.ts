/** Listeners for TCP, TLS and WebSocket: bounds the number of connections and passes each on as a byte stream with its remote address. */
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createServer as createTlsServer } from 'node:tls';
import { createWebSocketStream, WebSocketServer } from 'ws';
import { codeOf, DaoyuError } from '../base/errors.ts';
import type { BrokerOptions } from './broker.ts';
import type { Transport } from './observe/observation.ts';
import { guardWebSocket } from './websocket-guard.ts';

/** Returns whether the device of the connection is known. */
export type OnConnection = (stream: Duplex, remote: string, transport: Transport) => () => boolean;

export interface Listeners {
  readonly urls: { readonly mqtt?: string; readonly ws?: string; readonly mqtts?: string };
  close(): Promise<void>;
}

type Options = Pick<BrokerOptions, 'host' | 'tcpPort' | 'webSocketPort' | 'tls' | 'limits'> & {
  /** Limit for a connection whose device is not known yet. */
  readonly maxConnectBytes: number;
};

/** Rejects with `PORT_TAKEN`, `TLS_UNUSABLE`. */
export async function openListeners(options: Options, onConnection: OnConnection): Promise<Listeners> {
  const { host, tcpPort, webSocketPort, tls, limits } = options;
  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  const urls: { mqtt?: string; ws?: string; mqtts?: string } = {};

  async function listen(server: Server, port: number, setting: string): Promise<number> {
    server.maxConnections = limits.maxConnections;
    server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error) => reject(translate(error, host, port, setting)));
      server.listen(port, host, resolve);
    });
    server.on('error', () => {}); // Accepting may fail temporarily (EMFILE); open connections are still served.
    servers.push(server);
    return (server.address() as AddressInfo).port;
  }

  async function close(): Promise<void> {
    await Promise.all(
      servers.map(
        (server) =>
          new Promise((resolve) => {
            server.close(resolve);
            for (const socket of sockets) socket.destroy();
          }),
      ),
    );
  }

  try {
    const shown = host.includes(':') ? `[${host}]` : host;
    if (tcpPort !== undefined) {
      const server = createServer({ noDelay: true }, (socket) => onConnection(socket, remoteOf(socket), 'tcp'));
      urls.mqtt = `mqtt://${shown}:${await listen(server, tcpPort, 'DAOYU_MQTT_PORT')}`;
    }
    if (tls !== undefined) {
      const server = createTlsServer(
        { ...loadCertificate(tls), minVersion: 'TLSv1.2', handshakeTimeout: limits.connectTimeoutMs },
        (socket) => onConnection(socket, remoteOf(socket), 'tls'),
      );
      server.on('tlsClientError', () => {}); // A failed handshake concerns the client only.
      urls.mqtts = `mqtts://${shown}:${await listen(server, tls.port, 'DAOYU_MQTTS_PORT')}`;
    }
    if (webSocketPort !== undefined) {
      const server = createHttpServer(
        {
          headersTimeout: limits.connectTimeoutMs,
          requestTimeout: limits.connectTimeoutMs,
          keepAliveTimeout: limits.connectTimeoutMs,
          // Interval of checking the deadlines above; default 30 s.
          connectionsCheckingInterval: Math.min(limits.connectTimeoutMs, 1000),
        },
        (_request, response) => response.writeHead(426).end('MQTT over WebSocket: path /mqtt, subprotocol mqtt\n'),
      );
      const sockets = new WebSocketServer({
        server,
        path: '/mqtt',
        maxPayload: limits.maxPacketBytes * 64,
        handleProtocols: (protocols) => (protocols.has('mqtt') ? 'mqtt' : false),
      });
      sockets.on('error', () => {}); // Repeats errors of the HTTP server, which is awaited below.
      sockets.on('connection', (socket, request) => {
        const isKnown = onConnection(createWebSocketStream(socket), remoteOf(request.socket), 'ws');
        guardWebSocket(request.socket, { maxBytes: options.maxConnectBytes, isKnown });
      });
      urls.ws = `ws://${shown}:${await listen(server, webSocketPort, 'DAOYU_WS_PORT')}/mqtt`;
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { urls, close };
}

function remoteOf(socket: Socket): string {
  return socket.remoteAddress ?? 'unknown';
}

function loadCertificate({ certificate, key }: { readonly certificate: string; readonly key: string }) {
  try {
    return { cert: readFileSync(certificate), key: readFileSync(key) };
  } catch (error) {
    throw new DaoyuError(
      'TLS_UNUSABLE',
      `cannot read the certificate: ${(error as Error).message}. See DAOYU_TLS_CERT and DAOYU_TLS_KEY.`,
      { cause: error },
    );
  }
}

/** Why a port is unavailable, and the setting that changes it. */
export function translate(error: Error, host: string, port: number, setting: string): DaoyuError {
  const code = codeOf(error);
  if (code === 'EADDRINUSE') {
    return new DaoyuError(
      'PORT_TAKEN',
      `port ${port} on ${host} is in use by another program. Stop that program, or set ${setting} to a free port (0 picks one).`,
      { cause: error },
    );
  }
  if (code === 'EACCES')
    return new DaoyuError('PORT_TAKEN', `this user may not open port ${port}; set ${setting} to one above 1023.`, {
      cause: error,
    });
  return new DaoyuError('PORT_TAKEN', `cannot listen on ${host}:${port} (${code}); see DAOYU_HOST and ${setting}.`, {
    cause: error,
  });
}
