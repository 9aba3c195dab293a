/** Reads the properties of a client from its CONNECT, in any version, without the secret. */
import { fixedHeaderBytes } from '../frame.ts';
import { readProperties } from '../v5/properties.ts';
import { PacketReader } from '../v5/reader.ts';
import type { ConnectInfo } from './observation.ts';

/** Bridges of mosquitto set the highest bit of the level. */
const LEVEL_BITS = 0x7f;

/** Undefined if it cannot be parsed; the handler of the connection then refuses it. */
export function readConnectInfo(frame: Buffer): ConnectInfo | undefined {
  try {
    return read(new PacketReader(frame, fixedHeaderBytes(frame, 0), frame.length));
  } catch {
    return undefined;
  }
}

function read(body: PacketReader): ConnectInfo {
  body.text();
  const level = body.byte() & LEVEL_BITS;
  const flags = body.byte();
  const keepAlive = body.u16();
  const sessionExpiry = level === 5 ? (readProperties(body, 'connect').sessionExpiryInterval ?? 0) : undefined;
  const clientId = body.text();
  const will = (flags & 0x04) === 0 ? undefined : readWill(body, flags, level);
  const username = (flags & 0x80) === 0 ? '' : body.text();
  return { level, clientId, username, isClean: (flags & 0x02) !== 0, keepAlive, will, sessionExpiry };
}

function readWill(body: PacketReader, flags: number, level: number) {
  if (level === 5) readProperties(body, 'will');
  const topic = body.text();
  body.binary();
  return { topic, qos: (flags >> 3) & 3, isRetained: (flags & 0x20) !== 0 };
}
