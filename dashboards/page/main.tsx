/** Starts the page. */
import { render } from 'preact';
import { App } from './app.tsx';
import { openFleet } from './feed/fleet.ts';

const root = document.getElementById('page');
if (root !== null) render(<App fleet={openFleet(Date.now)} />, root);
