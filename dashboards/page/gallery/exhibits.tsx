/** What the gallery shows, piece by piece. */
import type { ComponentChildren } from 'preact';
import type { SiteCard } from '../feed/cards.ts';
import { Outline } from '../tiles/outline.tsx';
import { StateMark } from '../tiles/state-mark.tsx';
import { Tile } from '../tiles/tile.tsx';
import { ViewportProvider } from '../tiles/viewport.tsx';
import { Acknowledge, Shelve } from '../views/alarm-actions.tsx';
import { AlarmCard } from '../views/alarm-card.tsx';
import { Empty, Failed, NoSites, SignedOut } from '../views/empty-state.tsx';
import { SoundBar, SoundSwitch } from '../views/sound-bar.tsx';
import { ALARMS, CLOSED } from './fixtures.ts';

export interface Exhibit {
  readonly name: string;
  readonly isWide?: boolean;
  readonly pieces: readonly (readonly [title: string, piece: ComponentChildren])[];
}

const STATES = ['good', 'warning', 'critical', 'unknown'] as const;

export function exhibits(cards: readonly SiteCard[]): readonly Exhibit[] {
  const alarms = [...ALARMS.values(), CLOSED];
  const nothing = () => undefined;
  const [first] = alarms;
  return [
    { name: 'marks', pieces: STATES.map((state) => [state, <StateMark key={state} state={state} />]) },
    {
      name: 'tiles',
      pieces: cards.map((card) => [
        card.site.id,
        <ViewportProvider key={card.site.id}>
          <Tile card={card} range="24h" />
        </ViewportProvider>,
      ]),
    },
    {
      name: 'outlines',
      pieces: STATES.map((state) => [
        state,
        <div key={state} class={`tile ${state}`}>
          <Outline name={state} state={state} sentence="…" heading="h3" />
        </div>,
      ]),
    },
    {
      name: 'alarms',
      isWide: true,
      pieces: alarms.map((alarm) => [
        `${alarm.state} ${alarm.site}`,
        <ul key={alarm.id}>
          <AlarmCard alarm={alarm} mayOperate />
        </ul>,
      ]),
    },
    {
      name: 'forms',
      isWide: true,
      pieces: first
        ? [
            ['acknowledge', <Acknowledge key="acknowledge" alarm={first} onEnd={nothing} />],
            ['shelve', <Shelve key="shelve" alarm={first} onEnd={nothing} />],
          ]
        : [],
    },
    {
      name: 'sound',
      isWide: true,
      pieces: [
        ['bar', <SoundBar key="bar" />],
        ['switch', <SoundSwitch key="switch" />],
      ],
    },
    {
      name: 'empty',
      isWide: true,
      pieces: [
        ['no sites', <NoSites key="none" />],
        ['no match', <Empty key="empty" />],
        ['failed', <Failed key="failed" />],
        ['signed out', <SignedOut key="out" />],
      ],
    },
  ];
}
