/** A server that is connected and leaves publishes unanswered: what is the matter with it, in words an operator can act on. */
import { DaoyuError } from '../../base/errors.ts';
import type { Nats } from './connection.ts';
import { askMonitor } from './monitor.ts';
import type { Publisher } from './publisher.ts';
import { showNatsUrl } from './url.ts';

/** Longer than a slow disk or a change of leader keeps one waiting; short enough to be seen within ten seconds. */
const SILENT_AFTER_MS = 4000;

interface Health {
  readonly status: string;
  readonly error: string;
}

/** Undefined while publishes are answered, or the server is known to be away. */
export async function silenceOf(
  nats: Nats,
  publisher: Pick<Publisher, 'silentForMs' | 'endSilence'>,
): Promise<DaoyuError | undefined> {
  const silentForMs = publisher.silentForMs();
  if (silentForMs < SILENT_AFTER_MS || !nats.isConnected) return undefined;
  const answers = await Promise.all(nats.address.monitors.map((url) => askMonitor<Health>(url, '/healthz')));
  const complaints = answers.flatMap((answer) => answer?.error ?? []);
  const where = showNatsUrl(nats.address);
  const full = complaints.find((each) => /no space/i.test(each));
  if (full !== undefined) {
    return new DaoyuError(
      'DISK_FULL',
      `no space is left on the disk of ${where}, and the server takes nothing any more (${full}): make room, then restart nats-server; intake goes on by itself after that`,
    );
  }
  const isWell = answers.some((answer) => answer?.status === 'ok') && complaints.length === 0;
  if (isWell && publisher.endSilence()) return undefined;
  const [why = isWell ? 'it says that it is well' : 'its monitoring port does not answer or says nothing'] = complaints;
  return new DaoyuError(
    'BUS_UNAVAILABLE',
    `NATS at ${where} is connected but has answered no publish for ${Math.round(silentForMs / 1000)} s (${why}): look at its log and its disk; where the disk was full, make room and restart nats-server`,
  );
}
