/** What was refused: when, whose, why, and the bytes themselves. */
import type { QuarantineRecord } from '../../../ingest/rejection.ts';
import { useSurroundings } from '../feed/surroundings.ts';
import { formatDay, formatSeconds } from '../language/beijing-time.ts';

export function Quarantine({ records }: { readonly records: readonly QuarantineRecord[] }) {
  const { word, language, state } = useSurroundings();
  const names = new Map(state.catalog.devices.map((each) => [`${each.park}/${each.device}`, each.label?.[language]]));
  return (
    <section class="card" aria-labelledby="quarantine-title">
      <h2 id="quarantine-title">{word('quarantine')}</h2>
      <p class="note">{records.length === 0 ? word('quarantineEmpty') : word('quarantineHelp')}</p>
      <ul class="records">
        {records.map((record) => (
          <li key={record.id}>
            <p class="record-head">
              <time>
                {formatDay(record.receivedAt, language)} {formatSeconds(record.receivedAt)}
              </time>
              <b>{names.get(`${record.park}/${record.device}`) ?? record.device}</b>
              <code>{record.reason.code}</code>
              {record.replayedAt !== undefined && <span class="yes">{word('replayed')}</span>}
            </p>
            <p>{record.reason.message}</p>
            <details>
              <summary>{word('payload')}</summary>
              <pre>{record.payload.slice(0, 4000)}</pre>
            </details>
          </li>
        ))}
      </ul>
    </section>
  );
}
