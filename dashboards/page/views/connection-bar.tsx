/** The bar shown while the live stream is down: since when, and how old the numbers are. */
import { useAppContext } from '../feed/app-context.ts';
import { useLastContact } from '../feed/last-contact.ts';
import { formatSeconds } from '../language/format-time.ts';

/** A reconnect within this time is not shown. */
const UNNOTICED_MS = 1500;

export function ConnectionBar() {
  const { state, now, word } = useAppContext();
  useLastContact(state.isLive, now);
  const since = state.brokenSince === undefined ? undefined : state.brokenSince + state.clockOffsetMs;
  const isShown = !state.isLive && since !== undefined && now - since >= UNNOTICED_MS && state.phase !== 'signed-out';
  return (
    <div class="connection" role="status">
      {isShown && (
        <p>
          {word('disconnected')} <time>{formatSeconds(since)}</time> · {word('disconnectedHelp')}
        </p>
      )}
    </div>
  );
}
