/** Shows received = stored + duplicate + quarantined + pending for every device. */

import { useState } from 'preact/hooks';
import type { LedgerRow } from '../../../api/routes/ledger.ts';
import { deviceKey } from '../../../base/keys.ts';
import { formatAge, formatValue, type Language } from '../../../sensors/format.ts';
import { useAppContext, useLanguage } from '../feed/app-context.ts';
import type { DeviceCard } from '../feed/cards.ts';
import { type DeviceInfo, labelOf } from '../feed/catalog.ts';
import { formatRoute } from '../feed/route.ts';
import { Scroller } from './scroller.tsx';

const COLUMNS = ['received', 'stored', 'duplicate', 'quarantined', 'pending'] as const;

/** A device's own fields; the words for their columns have the same names. */
const DEVICE_FIELDS = ['rssi', 'battery_level', 'battery_voltage'] as const;

/** A large fleet is shown in part at first; devices that need attention come first. */
const MOST_ROWS = 60;

interface Props {
  readonly ledger: readonly LedgerRow[];
  /** False while the newest entries of the log are not counted. */
  readonly isComplete: boolean;
  readonly devices: readonly DeviceInfo[];
}

export const addsUp = (row: Pick<LedgerRow, (typeof COLUMNS)[number]>) =>
  row.received === row.stored + row.duplicate + row.quarantined + row.pending;

export function Ledger({ ledger, isComplete, devices }: Props) {
  const { word, language, cards: sites, now, route } = useAppContext();
  const { range } = route;
  const byName = new Map(ledger.map((row) => [deviceKey(row.park, row.device), row]));
  const known = devices.map((info) => deviceKey(info.park, info.device));
  const infos = new Map(devices.map((info) => [deviceKey(info.park, info.device), info]));
  const names = [...known, ...[...byName.keys()].filter((name) => !infos.has(name))];
  const [isWhole, setIsWhole] = useState(false);
  const total = (column: (typeof COLUMNS)[number]) => ledger.reduce((sum, row) => sum + row[column], 0);
  const sum = {
    received: total('received'),
    stored: total('stored'),
    duplicate: total('duplicate'),
    quarantined: total('quarantined'),
    pending: total('pending'),
  };
  const count = new Intl.NumberFormat(language === 'zh' ? 'zh-CN' : 'en');
  const cards = new Map(
    sites.flatMap((site) => site.devices).map((card) => [deviceKey(card.device.park, card.device.device), card]),
  );
  const needsEyes = (name: string) => {
    const row = byName.get(name);
    return (row !== undefined && !addsUp(row)) || infos.get(name)?.isConnected === false;
  };
  const ordered = [...names.filter(needsEyes), ...names.filter((name) => !needsEyes(name))];
  const shown = isWhole ? ordered : ordered.slice(0, MOST_ROWS);
  return (
    <section class="card" aria-labelledby="ledger-title">
      <h2 id="ledger-title">{word('ledger')}</h2>
      <p class="note">{word('ledgerHelp')}</p>
      {!isComplete && (
        <p class="note" role="status">
          {word('ledgerBehind')}
        </p>
      )}
      <p class="equation" data-testid="ledger-sum">
        {COLUMNS.map((column, index) => (
          <span key={column} class="term">
            <b>{count.format(sum[column])}</b>
            <small>{word(column)}</small>
            {index < COLUMNS.length - 1 && <i aria-hidden="true">{index === 0 ? (addsUp(sum) ? '=' : '≠') : '+'}</i>}
          </span>
        ))}
      </p>
      <Scroller label={`${word('ledger')} · ${word('device')}`}>
        <table>
          <thead>
            <tr>
              <th scope="col">{word('device')}</th>
              {COLUMNS.map((column) => (
                <th key={column} scope="col" class="number">
                  {word(column)}
                </th>
              ))}
              <th scope="col">{word('balance')}</th>
              <th scope="col">{word('lastSeen')}</th>
              <th scope="col">{word('connection')}</th>
              {DEVICE_FIELDS.map((name) => (
                <th key={name} scope="col" class="number">
                  {word(name)}
                </th>
              ))}
              <th scope="col">{word('doubts')}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((name) => {
              const info = infos.get(name);
              const row = byName.get(name) ?? { received: 0, stored: 0, duplicate: 0, quarantined: 0, pending: 0 };
              const time = cards.get(name)?.row?.time;
              return (
                <tr key={name}>
                  <th scope="row">
                    {labelOf(info?.label, name)[language]}
                    <small>{name}</small>
                    {info !== undefined && (
                      <a href={formatRoute({ view: 'doctor', language, range, park: info.park, device: info.device })}>
                        {word('doctor')}
                      </a>
                    )}
                  </th>
                  {COLUMNS.map((column) => (
                    <td key={column} class={row[column] === 0 ? 'number zero' : 'number'}>
                      {count.format(row[column])}
                    </td>
                  ))}
                  <td class={addsUp(row) ? 'yes' : 'no'}>{word(addsUp(row) ? 'balanced' : 'unbalanced')}</td>
                  <td>{time == null ? word('never') : formatAge(Math.max(0, now - time), language)}</td>
                  <td class={info?.isConnected ? 'yes' : 'off'}>{word(info?.isConnected ? 'online' : 'offline')}</td>
                  {DEVICE_FIELDS.map((name) => (
                    <DeviceField key={name} name={name} card={cards.get(name)} />
                  ))}
                  <td>{doubtsOf(cards.get(name), language)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </Scroller>
      {shown.length < names.length && (
        <button type="button" class="button" onClick={() => setIsWhole(true)}>
          {word('showAll')} ({count.format(names.length)})
        </button>
      )}
    </section>
  );
}

function DeviceField({
  name,
  card,
}: {
  readonly name: (typeof DEVICE_FIELDS)[number];
  readonly card: DeviceCard | undefined;
}) {
  const { language } = useLanguage();
  const field = card?.kind.fields.find((each) => each.name === name);
  const value = card?.row?.values[name];
  if (field === undefined || value === undefined) return <td class="number zero">–</td>;
  const isLow = value < (field.normal?.[0] ?? Number.NEGATIVE_INFINITY);
  return <td class={isLow ? 'number no' : 'number'}>{formatValue(field, value, language)}</td>;
}

/** The fields whose newest value is doubtful, and why. */
function doubtsOf(card: DeviceCard | undefined, language: Language): string {
  return (card?.assessment.reasons ?? [])
    .filter(({ code }) => code === 'startup' || code === 'stuck' || code === 'spike' || code === 'clock')
    .map(({ label }) => label[language])
    .join(' · ');
}
