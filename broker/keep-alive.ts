/** Ends connections that have been silent for one and a half times their keep-alive [MQTT-3.1.2-24]: one look around a second, not a timer a client. */
import type { Session } from './session.ts';

export interface KeepAlive {
  watch(session: Session): void;
  close(): void;
}

const LOOK_MS = 1000;

export function createKeepAlive(monotonic: () => number, onSilent: (session: Session) => void): KeepAlive {
  const sessions = new Set<Session>();
  let timer: NodeJS.Timeout | undefined;

  function look(): void {
    const now = monotonic();
    for (const session of sessions) {
      // Its publishes wait for a slow disk, and so its socket is not read: it may have said a lot.
      if (session.flow.underWay > 0) session.heardAt = now;
      else if (now - session.heardAt > session.silenceMs) onSilent(session);
    }
  }

  return {
    watch(session) {
      session.heardAt = monotonic();
      sessions.add(session);
      timer ??= setInterval(look, LOOK_MS).unref();
      session.stream.once('close', () => {
        sessions.delete(session);
        if (sessions.size > 0) return;
        clearInterval(timer);
        timer = undefined;
      });
    },
    close() {
      clearInterval(timer);
      sessions.clear();
    },
  };
}
