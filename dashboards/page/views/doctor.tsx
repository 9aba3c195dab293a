/** A device under examination, live; ended, the same page is its certificate: what was checked, what was not, made to be printed. */
import { useCallback, useEffect } from 'preact/hooks';
import type { HealthState } from '../../../sensors/health.ts';
import { useAppContext } from '../feed/app-context.ts';
import { labelOf } from '../feed/catalog.ts';
import {
  type Check,
  checksWith,
  loadReport,
  type Report,
  startDoctor,
  stopDoctor,
  VERDICTS,
  type Verdict,
} from '../feed/doctor.ts';
import { may, useMe } from '../feed/people.ts';
import { formatMoment } from '../language/format-time.ts';
import { StateMark } from '../tiles/state-mark.tsx';
import { useLoaded } from './use-loaded.ts';

const REFRESH_MS = 2000;
const STATE: Readonly<Record<Verdict, HealthState>> = {
  ok: 'good',
  warning: 'warning',
  fail: 'critical',
  unseen: 'unknown',
};
const TITLE = { ok: 'checkedWell', warning: 'foundWarnings', fail: 'foundFailures', unseen: 'notChecked' } as const;
const RESULT = { ok: 'resultOk', warning: 'resultWarning', fail: 'resultFail', unseen: 'resultUnseen' } as const;
const STATE_WORD = {
  running: 'examining',
  finished: 'examined',
  stopped: 'examined',
  interrupted: 'examinationBroken',
} as const;

export function DoctorView({ park, device }: { readonly park: string; readonly device: string }) {
  const { state, language, word } = useAppContext();
  const mayExamine = may(useMe(), 'operate', park);
  const load = useCallback(() => loadReport(park, device), [park, device]);
  const { value: report, isBusy, problem, run } = useLoaded(load);
  const isRunning = report?.state === 'running';
  useEffect(() => {
    if (!isRunning) return;
    const timer = setInterval(() => void run(async () => {}), REFRESH_MS);
    return () => clearInterval(timer);
    // Not with each second that the page draws anew: the timer would never be due.
  }, [isRunning, run]);
  const info = state.catalog.devices.find((each) => each.park === park && each.device === device);
  return (
    <div class="doctor">
      <div class="head">
        <div>
          <h1>
            {word(report === undefined || isRunning ? 'doctor' : 'certificate')} ·{' '}
            {labelOf(info?.label, device)[language]}
          </h1>
          <p class="lead">
            {park}.{device}
          </p>
        </div>
        <div class="handover-tools">
          {mayExamine && !isRunning && (
            <>
              <button
                type="button"
                class="primary"
                disabled={isBusy}
                onClick={() => void run(() => startDoctor(park, device, false))}
              >
                {word('examine')}
              </button>
              <button
                type="button"
                disabled={isBusy}
                title={word('examineActiveHelp')}
                onClick={() => void run(() => startDoctor(park, device, true))}
              >
                {word('examineActive')}
              </button>
            </>
          )}
          {mayExamine && isRunning && (
            <button type="button" onClick={() => void run(() => stopDoctor(park, device))}>
              {word('endExamination')}
            </button>
          )}
          {report !== undefined && (
            <button type="button" onClick={() => print()}>
              {word('print')}
            </button>
          )}
        </div>
      </div>
      {problem !== undefined && <p role="alert">{problem}</p>}
      {report === undefined ? <p class="note">{word('doctorHelp')}</p> : <Sheet report={report} />}
    </div>
  );
}

function Sheet({ report }: { readonly report: Report }) {
  const { language, word, now } = useAppContext();
  const { sum, startedAt, endsAt, updatedAt, step, digest, by } = report;
  const isRunning = report.state === 'running';
  const figures: readonly (readonly [label: string, value: string])[] = [
    [word('connections'), String(sum.connections)],
    [word('publishes'), String(sum.publishes)],
    [word('readings'), String(sum.readings)],
    [word('acknowledged'), String(sum.acknowledged)],
    [word('sentAgain'), String(sum.resent)],
  ];
  const left = Math.max(0, Math.round((endsAt - now) / 60_000));
  return (
    <>
      <section class="card" aria-live="polite">
        <p class="record-head">
          <StateMark state={STATE[report.result]} label={word(RESULT[report.result])} />
          <b>{word(STATE_WORD[report.state])}</b>
          <span>
            {formatMoment(startedAt, language)} – {formatMoment(isRunning ? endsAt : updatedAt, language)}
            {isRunning && ` · ${left} ${word('examinationLeft')}`}
          </span>
          <span>{by}</span>
          {sum.protocols.length > 0 && (
            <span>{[...sum.protocols, ...sum.transports.map((each) => each.toUpperCase())].join(' · ')}</span>
          )}
          <span>{word(report.isActive ? 'wasProvoked' : 'wasNotProvoked')}</span>
        </p>
        {step !== undefined && <p class="note">{step[language]}</p>}
        <dl class="figures">
          {figures.map(([label, value]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </section>
      {VERDICTS.map((verdict) => (
        <Part key={verdict} verdict={verdict} checks={checksWith(report, verdict)} />
      ))}
      {digest !== undefined && (
        <p class="note digest">
          SHA-256 <code>{digest}</code>
        </p>
      )}
    </>
  );
}

function Part({ verdict, checks }: { readonly verdict: Verdict; readonly checks: readonly Check[] }) {
  const { language, word } = useAppContext();
  if (checks.length === 0) return null;
  return (
    <section class="card">
      <h2>
        {word(TITLE[verdict])} <span class="count">{checks.length}</span>
      </h2>
      <ul class="checks">
        {checks.map(({ code, title, evidence, costs, change }) => (
          <li key={code}>
            <p class="record-head">
              <b>{title[language]}</b>
              <code>{code}</code>
            </p>
            {evidence && <p>{evidence[language]}</p>}
            {costs && <p class="note">{costs[language]}</p>}
            {change && <p>→ {change[language]}</p>}
          </li>
        ))}
      </ul>
    </section>
  );
}
