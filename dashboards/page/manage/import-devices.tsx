/** Imports a table of devices: checks it when chosen, creates the devices on confirmation, then offers credentials and labels. */
import { useState } from 'preact/hooks';
import { csvOfCredentials } from '../../../api/credentials-csv.ts';
import { labelSheet } from '../../../api/device-labels.ts';
import type { BatchAnswer } from '../../../api/routes/device-batch.ts';
import { useAppContext } from '../feed/app-context.ts';
import { importDevices } from '../feed/places.ts';
import type { Action } from '../views/use-action.ts';
import { DownloadLink } from './download-link.tsx';

const TEMPLATE =
  '\uFEFFsite,device,model,kind,name,name_en,interval_s,site_name,site_type,profile\r\n' +
  'pond-1,pond-1-do,,aquaculture_pond,1 号塘溶氧仪,Pond 1 oxygen probe,60,1 号塘,pond,crab_pond\r\n';

interface Props {
  readonly park: string;
  readonly action: Action;
}

export function ImportDevices({ park, action: { run, isBusy } }: Props) {
  const { word } = useAppContext();
  const [file, setFile] = useState<File>();
  const [looked, setLooked] = useState<BatchAnswer>();
  const [made, setMade] = useState<BatchAnswer>();
  const choose = async (chosen: File | undefined) => {
    setFile(chosen);
    setLooked(undefined);
    setMade(undefined);
    if (chosen !== undefined) setLooked(await run(() => importDevices(park, chosen, true)));
  };
  const isGood = looked !== undefined && looked.problems.length === 0;
  return (
    <details class="add">
      <summary>{word('importDevices')}</summary>
      <p class="note">{word('importNote')}</p>
      <p class="row-actions">
        <DownloadLink name="devices.csv" type="text/csv" text={TEMPLATE} label={word('template')} />
      </p>
      <form
        class="row-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (file !== undefined) void run(() => importDevices(park, file, false)).then(setMade);
        }}
      >
        <label>
          {word('csvFile')}
          <input type="file" accept=".csv,text/csv" onChange={(event) => void choose(event.currentTarget.files?.[0])} />
        </label>
        {isGood && made === undefined && (
          <button type="submit" class="primary" disabled={isBusy}>
            {word('makeIt')} {looked.devices} {word('countDevices')}
          </button>
        )}
      </form>
      <div aria-live="polite">
        {looked && looked.problems.length > 0 && <Problems looked={looked} />}
        {isGood && looked.newSites.length > 0 && (
          <p class="note">
            {word('newSites')}: {looked.newSites.join(', ')}
          </p>
        )}
      </div>
      {made && <Made made={made} park={park} />}
    </details>
  );
}

const MOST_SHOWN = 50;

function Problems({ looked: { problems } }: { readonly looked: BatchAnswer }) {
  const { word, language } = useAppContext();
  return (
    <>
      <p class="problem">
        {word('nothingMade')} {problems.length}
      </p>
      <ul class="line-problems">
        {problems.slice(0, MOST_SHOWN).map(({ line, column, message }) => (
          <li key={`${line} ${column}`}>
            <b>{language === 'zh' ? `第 ${line} 行` : `Line ${line}`}</b> <code>{column}</code> {message}
          </li>
        ))}
      </ul>
    </>
  );
}

function Made({ made: { credentials }, park }: { readonly made: BatchAnswer; readonly park: string }) {
  const { word } = useAppContext();
  const { hostname } = location;
  return (
    <section class="one-time" aria-label={word('credentials')}>
      <div>
        <p class="once">
          {credentials.length} {word('countDevices')} · {word('batchOnce')}
        </p>
        <p class="row-actions">
          <DownloadLink
            name={`${park}-credentials.csv`}
            type="text/csv"
            text={csvOfCredentials(credentials, hostname)}
            label={word('credentialsCsv')}
          />
          <DownloadLink
            name={`${park}-labels.html`}
            type="text/html"
            text={labelSheet(credentials, park, hostname)}
            label={word('labels')}
          />
        </p>
      </div>
    </section>
  );
}
