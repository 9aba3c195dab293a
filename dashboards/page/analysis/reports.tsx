/** Reports to read, print and send on: which, of what, in which language; each opens as a page of its own. */
import { useState } from 'preact/hooks';
import { dayOf, startOfDay } from '../../../base/beijing-time.ts';
import { REPORT_NAMES, REPORTS, type ReportName } from '../../../reports/report.ts';
import type { Language } from '../../../sensors/format.ts';
import { makeReportLink, type ReportLink, reportPath } from '../feed/analysis.ts';
import { useAppContext } from '../feed/app-context.ts';
import { may, useMe } from '../feed/people.ts';
import { formatMoment } from '../language/format-time.ts';
import { SelectField } from '../manage/fields.tsx';
import { CopyButton } from '../views/copy-button.tsx';
import { useAction } from '../views/use-action.ts';

const NOTHING_AFTER = async () => undefined;
const DAY_MS = 86_400_000;
const COLD = 'cold_chain';

export function Reports() {
  const { word, language, state, cards, now } = useAppContext();
  const me = useMe();
  const { parks } = state.catalog;
  const [report, setReport] = useState<ReportName>('daily');
  const [chosenPark, setPark] = useState(parks[0]?.id ?? '');
  const park = parks.some(({ id }) => id === chosenPark) ? chosenPark : (parks[0]?.id ?? '');
  const sites = cards.filter(({ site }) => site.park === park);
  const boxes = sites.flatMap(({ devices }) => devices.filter(({ kind }) => kind.name === COLD));
  const [chosenSite, setSite] = useState('');
  const [chosenBox, setBox] = useState('');
  const [day, setDay] = useState(dayOf(now - DAY_MS));
  const [begin, setBegin] = useState(localText(now - DAY_MS));
  const [end, setEnd] = useState(localText(now));
  const [spoken, setSpoken] = useState<Language>(language);
  const [made, setMade] = useState<ReportLink>();
  const { run, isBusy, problem } = useAction(NOTHING_AFTER);
  const site = sites.find((each) => each.site.id === chosenSite) ?? sites[0];
  const box = boxes.find(({ device }) => device.device === chosenBox) ?? boxes[0];
  const asked = {
    ...{ report, park },
    ...(report === 'season' && site && { site: site.site.id }),
    ...(report === 'trip' && box && { device: box.device.device, from: timeOf(begin), to: timeOf(end) }),
    ...((report === 'daily' || report === 'weekly') && { at: startOfDay(day) }),
  };
  const isAsked = (report !== 'trip' || box !== undefined) && (report !== 'season' || site !== undefined);
  const path = (format: string) => reportPath(asked, spoken, format);
  return (
    <section class="reports">
      <h1>{word('reports')}</h1>
      <div class="card">
        <div class="row-form">
          <SelectField
            label={word('whichReport')}
            value={report}
            groups={[{ options: REPORT_NAMES.map((name) => [name, REPORTS[name][language]] as const) }]}
            onChoose={(name) => setReport(name as ReportName)}
          />
          <SelectField
            label={word('park')}
            value={park}
            groups={[{ options: parks.map(({ id, label }) => [id, label[language]] as const) }]}
            onChoose={setPark}
          />
          {report === 'season' && site !== undefined && (
            <SelectField
              label={word('site')}
              value={site.site.id}
              groups={[{ options: sites.map((each) => [each.site.id, each.site.label[language]] as const) }]}
              onChoose={setSite}
            />
          )}
          {report === 'trip' && box !== undefined && (
            <>
              <SelectField
                label={word('whichBox')}
                value={box.device.device}
                groups={[
                  {
                    options: boxes.map(
                      ({ device }) => [device.device, device.label?.[language] ?? device.device] as const,
                    ),
                  },
                ]}
                onChoose={setBox}
              />
              <Moment label={word('fromTime')} value={begin} onInput={setBegin} />
              <Moment label={word('toTime')} value={end} onInput={setEnd} />
            </>
          )}
          {(report === 'daily' || report === 'weekly') && (
            <label>
              {word('ofDay')}
              <input type="date" value={day} onInput={(event) => setDay(event.currentTarget.value)} />
            </label>
          )}
          <SelectField
            label={word('reportLanguage')}
            value={spoken}
            groups={[{ options: [['zh', '中文'] as const, ['en', 'English'] as const] }]}
            onChoose={(name) => setSpoken(name as Language)}
          />
        </div>
        {isAsked ? (
          <p class="report-ways">
            <a class="button primary" href={path('html')} target="_blank" rel="noreferrer">
              {word('openReport')}
            </a>
            <a class="button" href={path('pdf')} download>
              PDF
            </a>
            <a class="button" href={path('json')} download>
              JSON
            </a>
            {may(me, 'share', park) && (
              <button
                type="button"
                disabled={isBusy}
                onClick={() => void run(() => makeReportLink(asked, spoken)).then(setMade)}
              >
                {word('makeLink')}
              </button>
            )}
          </p>
        ) : (
          <p class="note">{word('nothingToReport')}</p>
        )}
        <p role="status" class="problem">
          {problem}
        </p>
        {made && (
          <p class="made-link">
            <a href={made.link}>{made.link}</a> <CopyButton text={made.link} />
            <br />
            <small>
              {word('goodUntil')} {formatMoment(made.expiresAt, language)}
            </small>
          </p>
        )}
        <p class="note">{word('reportHelp')}</p>
      </div>
    </section>
  );
}

interface MomentProps {
  readonly label: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
}

function Moment({ label, value, onInput }: MomentProps) {
  return (
    <label>
      {label}
      <input type="datetime-local" value={value} onInput={(event) => onInput(event.currentTarget.value)} />
    </label>
  );
}

/** Beijing time, as the field of a browser takes it, wherever the browser is. */
const localText = (time: number) => new Date(time + 8 * 3_600_000).toISOString().slice(0, 16);
const timeOf = (text: string) => Date.parse(`${text}:00+08:00`);
