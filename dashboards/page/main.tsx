/** Starts the page. */
import { render } from 'preact';
import { App } from './app.tsx';
import { openAlarmFeed } from './feed/alarm-feed.ts';
import { openFleet } from './feed/fleet.ts';
import { createAlarmSound } from './feed/sound.ts';

const root = document.getElementById('page');
const sound = createAlarmSound({ storage: localStorage, open: () => new AudioContext(), target: document });
if (root !== null) render(<App fleet={openFleet(Date.now)} alarmFeed={openAlarmFeed(Date.now)} sound={sound} />, root);
