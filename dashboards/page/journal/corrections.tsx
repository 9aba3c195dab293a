/** What was corrected at a site, what a calibration proposes, and the form; raw readings stay, and the charts show both. */
import { useState } from 'preact/hooks';
import { isoOf } from '../../../base/beijing-time.ts';
import { formatValue, type Language } from '../../../sensors/format.ts';
import { useAppContext } from '../feed/app-context.ts';
import type { DeviceCard } from '../feed/cards.ts';
import { ALL_FIELDS, type Correction, newRecordId, sendCorrection } from '../feed/journal.ts';
import { may, useMe } from '../feed/people.ts';
import { formatMoment } from '../language/format-time.ts';
import { say } from '../language/words.ts';
import { CorrectionForm, type Draft } from './correction-form.tsx';
import { type Proposal, proposalsOf } from './proposals.ts';
import type { SiteJournal } from './use-site-journal.ts';

interface Props {
  readonly journal: SiteJournal;
  readonly devices: readonly DeviceCard[];
}

export function Corrections({ journal, devices }: Props) {
  const { word, language } = useAppContext();
  const me = useMe();
  const [draft, setDraft] = useState<Draft>();
  const { corrections, events } = journal;
  const mayCorrect = may(me, 'agronomy', journal.park);
  const proposals = mayCorrect ? proposalsOf(events, corrections) : [];
  if (!mayCorrect && corrections.length === 0) return null;
  return (
    <section class="card farm-log corrections" aria-labelledby="corrections">
      <div class="farm-log-head">
        <h2 id="corrections">{word('corrections')}</h2>
        {mayCorrect && draft === undefined && (
          <button type="button" onClick={() => setDraft({})}>
            {word('addCorrection')}
          </button>
        )}
      </div>
      <p class="note">{word('correctionHelp')}</p>
      {draft && (
        <CorrectionForm
          journal={journal}
          devices={devices}
          draft={draft}
          onEnd={() => {
            setDraft(undefined);
            journal.reload();
          }}
        />
      )}
      <ul class="rows events">
        {draft === undefined &&
          proposals.map((each) => (
            <li key={`${each.device} ${each.field} ${each.to}`} class="waiting">
              <span class="row-main">
                <time>{formatMoment(each.to, language)}</time> <b>{fieldWords(devices, each, language)}</b>{' '}
                {word('proposed')} {each.endError > 0 ? '+' : ''}
                {each.endError}
              </span>
              <button type="button" onClick={() => setDraft(draftOf(each))}>
                {word('proposeDrift')}
              </button>
            </li>
          ))}
        {[...corrections].reverse().map((each) => (
          <Made key={each.id} correction={each} devices={devices} mayWithdraw={mayCorrect} onChange={journal.reload} />
        ))}
      </ul>
      {corrections.length === 0 && <p class="note">{word('noCorrections')}</p>}
    </section>
  );
}

interface MadeProps {
  readonly correction: Correction;
  readonly devices: readonly DeviceCard[];
  readonly mayWithdraw: boolean;
  readonly onChange: () => void;
}

function Made({ correction, devices, mayWithdraw, onChange }: MadeProps) {
  const { word, language } = useAppContext();
  const [isAsking, setAsking] = useState(false);
  const [problem, setProblem] = useState<string>();
  const { park, device, field, at, until, method, reason, evidence, by, recordedAt, id } = correction;
  const withdraw = async () => {
    const place = { park, device, field, from: isoOf(at), to: isoOf(until), method, reason };
    try {
      await sendCorrection({ ...place, id: newRecordId(), supersedes: id, isWithdrawn: true });
      onChange();
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  const what = fieldWords(devices, correction, language);
  return (
    <li data-method={method.is}>
      <span class="row-main">
        <b>{what}</b> {methodWords(correction, devices, language)}{' '}
        <time>
          {formatMoment(at, language)} – {formatMoment(until, language)}
        </time>
        <small>
          {reason}
          {evidence && ` · ${evidence}`} · {by} · {word('loggedLater')} {formatMoment(recordedAt, language)}
        </small>
        <small role="status">{problem}</small>
      </span>
      {mayWithdraw && (
        <span class="row-actions">
          {isAsking && (
            <button type="button" class="danger" onClick={() => void withdraw()}>
              {word('withdrawConfirm')}
            </button>
          )}
          <button
            type="button"
            aria-label={isAsking ? word('cancel') : `${word('withdraw')} ${what}`}
            onClick={() => setAsking(!isAsking)}
          >
            {word(isAsking ? 'cancel' : 'withdraw')}
          </button>
        </span>
      )}
    </li>
  );
}

function draftOf({ device, field, from, to, endError }: Proposal): Draft {
  return {
    device,
    field,
    ...(from !== undefined && { from }),
    to,
    method: { is: 'drift', startError: 0, endError },
  };
}

const fieldOf = (devices: readonly DeviceCard[], { device, field }: { device: string; field: string }) =>
  devices.find((each) => each.device.device === device)?.kind.fields.find(({ name }) => name === field);

function fieldWords(devices: readonly DeviceCard[], of: { device: string; field: string }, language: Language): string {
  const label =
    of.field === ALL_FIELDS ? say('allFields', language) : (fieldOf(devices, of)?.label[language] ?? of.field);
  if (devices.length < 2) return label;
  const card = devices.find((each) => each.device.device === of.device);
  return `${label} · ${card?.device.label?.[language] ?? of.device}`;
}

function methodWords({ method, ...of }: Correction, devices: readonly DeviceCard[], language: Language): string {
  const field = fieldOf(devices, of);
  const value = (amount: number) =>
    `${amount > 0 ? '+' : ''}${field ? formatValue(field, amount, language) : String(amount)}`;
  if (method.is === 'offset') return value(method.add);
  if (method.is === 'scale') return `× ${method.factor}`;
  if (method.is === 'drift')
    return `${language === 'zh' ? '漂移' : 'drift'} ${value(method.startError)} → ${value(method.endError)}`;
  if (method.is === 'swap') return `${say('devicesSwapped', language)}: ${method.with}`;
  if (method.is === 'clock') {
    const minutes = Math.round(method.seconds / 6) / 10;
    return `${language === 'zh' ? '时间' : 'time'} ${minutes > 0 ? '+' : ''}${minutes} min`;
  }
  return say('invalidate', language);
}
