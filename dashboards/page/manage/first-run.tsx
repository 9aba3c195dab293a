/**
 * Guides from an empty installation to the first reading: account, park, site, device, reading. The registry shows the progress, so the guide
 * continues where it was left.
 */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { useAppContext } from '../feed/app-context.ts';
import { keyOf } from '../feed/latest.ts';
import { may, useMe } from '../feed/people.ts';
import { type DeviceCredentials, loadModels, rotatePassword } from '../feed/places.ts';
import { formatRoute } from '../feed/route.ts';
import { Skeleton } from '../views/empty-state.tsx';
import { useAction } from '../views/use-action.ts';
import { useLoaded } from '../views/use-loaded.ts';
import { DeviceForm } from './device-form.tsx';
import { ParkForm } from './park-form.tsx';
import { ShownCredentials } from './shown-credentials.tsx';
import { SiteForm } from './site-form.tsx';

export function FirstRun() {
  const { word, state } = useAppContext();
  const me = useMe();
  if (me === undefined) return <Skeleton />;
  const isAdmin = may(me, 'administer', '*') || may(me, 'administer', state.catalog.parks[0]?.id);
  return (
    <div class="people guide">
      <h1>{word('guideTitle')}</h1>
      {isAdmin || me.mayMakeFirstAccount ? (
        <>
          <p class="lead">{word('guideLead')}</p>
          <Steps hasAccount={isAdmin} />
        </>
      ) : (
        <p class="lead">{word('askAdmin')}</p>
      )}
    </div>
  );
}

function Steps({ hasAccount }: { readonly hasAccount: boolean }) {
  const { word, language, state, fleet, route } = useAppContext();
  const action = useAction(fleet.reload);
  const { value: models = [] } = useLoaded(loadModels);
  const [credentials, setCredentials] = useState<DeviceCredentials>();
  const { parks, sites, devices, kinds, profiles } = state.catalog;
  const park = parks[0];
  const site = sites.find((each) => each.park === park?.id);
  const device = devices.find((each) => each.park === park?.id && each.site === site?.id);
  const hasReading = device !== undefined && state.rows.get(keyOf(device))?.time != null;
  const done = [hasAccount, park, site, device, hasReading].map(Boolean);
  const at = done.indexOf(false);
  const stateOf = (step: number): StepState => (done[step] ? 'done' : step === at ? 'here' : 'later');
  const here = { language, range: route.range } as const;
  const profile = profiles.find(({ name }) => name === site?.profile);
  return (
    <>
      <ol class="guide-steps">
        <Step state={stateOf(0)} title={word('stepAccount')} note={word('stepAccountNote')}>
          <a class="button primary" href="/join">
            {word('stepAccountGo')}
          </a>
        </Step>
        <Step state={stateOf(1)} title={word('stepPark')} note={word('stepParkNote')} done={park?.label[language]}>
          <ParkForm action={action} />
        </Step>
        <Step
          state={stateOf(2)}
          title={word('stepSite')}
          note={word('stepSiteNote')}
          done={[site?.label[language], profile?.label[language]].filter(Boolean).join(' · ')}
        >
          {park && <SiteForm park={park.id} action={action} />}
        </Step>
        <Step
          state={stateOf(3)}
          title={word('stepDevice')}
          note={word('stepDeviceNote')}
          done={device && `${device.label?.[language] ?? device.device} · ${kinds.get(device.kind)?.label[language]}`}
        >
          {site && (
            <DeviceForm site={site} models={models} action={action} onMade={(_, made) => setCredentials(made)} />
          )}
        </Step>
        <Step
          state={stateOf(4)}
          title={word('stepReading')}
          note={word('stepReadingNote')}
          done={word('guideDone')}
          isLive
        >
          {credentials && <ShownCredentials credentials={credentials} kind={kinds.get(device?.kind ?? '')} />}
          {device && credentials === undefined && (
            <p>
              {word('lostPassword')}{' '}
              <button
                type="button"
                disabled={action.isBusy}
                onClick={() =>
                  void action.run(() => rotatePassword(device.park, device.device, 0)).then(setCredentials)
                }
              >
                {word('newPassword')}
              </button>
            </p>
          )}
          <p class="waiting">{word('waitingFirst')}</p>
        </Step>
      </ol>
      <p role="status" class="problem">
        {action.problem}
      </p>
      {at === -1 && site && (
        <p class="row-actions">
          <a class="button primary" href={formatRoute({ view: 'site', park: site.park, site: site.id, ...here })}>
            {word('openSite')}
          </a>
          <a class="button" href={formatRoute({ view: 'manage', park: site.park, ...here })}>
            {word('goOn')}
          </a>
        </p>
      )}
    </>
  );
}

type StepState = 'done' | 'here' | 'later';

interface StepProps {
  readonly state: StepState;
  readonly title: string;
  readonly note: string;
  /** The result of the step. */
  readonly done?: string | undefined;
  /** Announced to screen readers when it changes. */
  readonly isLive?: boolean;
  readonly children: ComponentChildren;
}

function Step({ state, title, note, done, isLive, children }: StepProps) {
  return (
    <li class={`card step ${state}`} aria-current={state === 'here' ? 'step' : undefined}>
      <h2>{title}</h2>
      <div aria-live={isLive ? 'polite' : undefined}>
        {state === 'done' && <p class="step-done">{done}</p>}
        {state === 'here' && (
          <>
            <p class="note">{note}</p>
            {children}
          </>
        )}
      </div>
    </li>
  );
}
