/** Starts the page. */
import { render } from 'preact';
import { App } from './app.tsx';
import { openAlarmFeed } from './feed/alarm-feed.ts';
import { openEventOutbox } from './feed/event-outbox.ts';
import { openFleet } from './feed/fleet.ts';
import { sendEvent } from './feed/journal.ts';
import { createAlarmSound } from './feed/sound.ts';

// Opens the installed page without a network. Browsers allow it behind HTTPS and on the machine itself.
if ('serviceWorker' in navigator) navigator.serviceWorker.register('/sw.js').catch(() => undefined);

const root = document.getElementById('page');
const sound = createAlarmSound({ storage: localStorage, open: () => new AudioContext(), target: document });
const outbox = openEventOutbox({ storage: localStorage, send: sendEvent });
// What waits from an earlier visit, and whenever the network comes back.
void outbox.send();
addEventListener('online', () => void outbox.send());
if (root !== null)
  render(<App fleet={openFleet(Date.now)} alarmFeed={openAlarmFeed(Date.now)} sound={sound} outbox={outbox} />, root);
