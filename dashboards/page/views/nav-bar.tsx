/** The views: a rail on a desk; on a phone four at the bottom, the others on a sheet behind the fifth. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { SUBPLATFORMS } from '../../../sensors/subplatforms.ts';
import { isUnacknowledged } from '../feed/alarm-list.ts';
import { useAppContext } from '../feed/app-context.ts';
import type { Catalog } from '../feed/catalog.ts';
import { formatRoute, type Route } from '../feed/route.ts';
import { Icon, type IconName, PATHS } from '../tiles/icon.tsx';

interface Props {
  /** Name of the view, or of the subplatform. */
  readonly here: string | undefined;
  readonly mayManage: boolean;
}

export function NavBar({ here, mayManage }: Props) {
  const { state, alarms, language, word, route } = useAppContext();
  const waiting = [...alarms.alarms.values()].filter(isUnacknowledged).length;
  const [isOpen, setOpen] = useState(false);
  const bar = useRef<HTMLElement>(null);
  useEffect(() => setOpen(false), [route]);
  useEffect(() => {
    if (!isOpen) return;
    const onKey = ({ key }: KeyboardEvent) => key === 'Escape' && setOpen(false);
    const onPress = ({ target }: Event) => bar.current?.contains(target as Node) || setOpen(false);
    addEventListener('keydown', onKey);
    addEventListener('pointerdown', onPress);
    return () => {
      removeEventListener('keydown', onKey);
      removeEventListener('pointerdown', onPress);
    };
  }, [isOpen]);
  const isElsewhere = here !== 'people' && here !== 'audit' && !FRONT.has(here ?? '');
  return (
    <nav aria-label={word('product')} class={isOpen ? 'open' : undefined} ref={bar}>
      <Tab to={{ view: 'overview' }} icon="overview" isHere={here === 'overview'}>
        {word('overview')}
      </Tab>
      <Tab to={{ view: 'alarms' }} icon="alarms" isHere={here === 'alarms'} count={waiting}>
        {word('alarms')}
      </Tab>
      {subplatformsOf(state.catalog).map(([name, label]) => (
        <Tab
          key={name}
          to={{ view: 'platform', subplatform: name }}
          icon={iconOf(name)}
          isHere={here === name}
          isBehind
        >
          {label[language]}
        </Tab>
      ))}
      <Tab to={{ view: 'quality' }} icon="quality" isHere={here === 'quality'}>
        {word('quality')}
      </Tab>
      <Tab to={{ view: 'handover' }} icon="handover" isHere={here === 'handover'}>
        {word('handover')}
      </Tab>
      <Tab to={{ view: 'reports' }} icon="reports" isHere={here === 'reports'} isBehind>
        {word('reports')}
      </Tab>
      <Tab to={{ view: 'wall' }} icon="wall" isHere={false} isBehind>
        {word('wall')}
      </Tab>
      {mayManage && (
        <Tab to={{ view: 'manage' }} icon="manage" isHere={here === 'manage' || here === 'start'} isBehind>
          {word('manage')}
        </Tab>
      )}
      <button
        type="button"
        class="tab more-tab"
        aria-expanded={isOpen}
        aria-current={isElsewhere ? 'page' : undefined}
        onClick={() => setOpen(!isOpen)}
      >
        <Icon name="more" />
        <span>{word('moreTabs')}</span>
      </button>
    </nav>
  );
}

/** On a phone always in reach of the thumb. */
const FRONT: ReadonlySet<string> = new Set(['overview', 'alarms', 'quality', 'handover']);

interface TabProps {
  readonly to: Pick<Route, 'view' | 'subplatform'>;
  readonly icon: IconName;
  readonly isHere: boolean;
  /** Of what waits there. */
  readonly count?: number;
  /** On a phone, on the sheet. */
  readonly isBehind?: boolean;
  readonly children: string;
}

function Tab({ to, icon, isHere, count = 0, isBehind, children }: TabProps) {
  const { language, route, word } = useAppContext();
  return (
    <a
      class={isBehind ? 'tab behind' : 'tab'}
      href={formatRoute({ ...to, language, range: route.range })}
      aria-current={isHere ? 'page' : undefined}
    >
      <Icon name={icon} />
      <span>{children}</span>
      {count > 0 && (
        <b class="badge">
          {count}
          <span class="unseen"> {word('unacknowledgedCount')}</span>
        </b>
      )}
    </a>
  );
}

function subplatformsOf({ devices, kinds }: Catalog) {
  const used = new Set(devices.map(({ kind }) => kinds.get(kind)?.subplatform));
  return Object.entries(SUBPLATFORMS).filter(([name]) => used.has(name as keyof typeof SUBPLATFORMS));
}

const iconOf = (name: string): IconName => (name in PATHS ? (name as IconName) : 'platform');
