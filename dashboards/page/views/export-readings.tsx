/** The readings of a site as a file: of the time that the charts show, in the format of the reader's tool, or as a link for a script. */
import { useState } from 'preact/hooks';
import { useAppContext } from '../feed/app-context.ts';
import type { SiteCard } from '../feed/cards.ts';
import { EXPORT_FORMATS, EXPORT_WINDOWS, type ExportFormat, exportLink } from '../feed/export-link.ts';
import { RANGE_MS } from '../feed/route.ts';
import { formatMoment } from '../language/format-time.ts';
import type { Word } from '../language/words.ts';
import { SelectField } from '../manage/fields.tsx';
import { CopyButton } from './copy-button.tsx';

const FORMAT_WORDS: Readonly<Record<ExportFormat, string>> = {
  ...{
    xlsx: 'Excel (.xlsx)',
    csv: 'CSV',
    parquet: 'Parquet',
    arrow: 'Arrow',
    datapackage: 'CSV + datapackage.json (.zip)',
  },
};
type WindowName = (typeof EXPORT_WINDOWS)[number];
const WINDOW_WORDS: Readonly<Record<WindowName, Word>> = {
  ...{ raw: 'everyReading', '10m': 'windowTenMinutes', '1h': 'windowHour', '1d': 'windowDay' },
};

export function ExportReadings({ card }: { readonly card: SiteCard }) {
  const { word } = useAppContext();
  const [isOpen, setOpen] = useState(false);
  if (card.devices.length === 0) return null;
  return (
    <details class="people share" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{word('exportReadings')}</summary>
      {isOpen && <Form card={card} />}
    </details>
  );
}

function Form({ card: { site, devices } }: { readonly card: SiteCard }) {
  const { word, language, route, now } = useAppContext();
  const kinds = [...new Map(devices.map(({ kind }) => [kind.name, kind])).values()];
  const [kindName, setKind] = useState(kinds[0]?.name ?? '');
  const [device, setDevice] = useState('');
  const [format, setFormat] = useState<ExportFormat>('xlsx');
  const [window, setWindow] = useState<WindowName>('raw');
  const [quality, setQuality] = useState<'all' | 'good'>('all');
  const [shape, setShape] = useState<'wide' | 'long'>('wide');
  const [hasSurroundings, setSurroundings] = useState(false);
  const [from, to] = route.window ?? [now - RANGE_MS[route.range], now];
  const kind = kinds.find(({ name }) => name === kindName);
  const own = devices.filter((each) => each.kind.name === kindName);
  const chosen = own.some((each) => each.device.device === device) ? device : undefined;
  const link = exportLink({
    ...{ kind: kindName, park: site.park, site: site.id, device: chosen, from, to },
    ...{ format, window, quality, shape, hasSurroundings },
    fields: kind?.fields.map(({ name }) => name) ?? [],
  });
  const isRaw = window === 'raw';
  return (
    <>
      <p class="note">
        {formatMoment(from, language)} – {formatMoment(to, language)} ({word('beijing')})
      </p>
      <form class="row-form" onSubmit={(event) => event.preventDefault()}>
        {kinds.length > 1 && (
          <SelectField
            label={word('siteTypeField')}
            value={kindName}
            groups={[{ options: kinds.map((each) => [each.name, each.label[language]]) }]}
            onChoose={setKind}
          />
        )}
        {own.length > 1 && (
          <SelectField
            label={word('chooseDevice')}
            value={chosen ?? ''}
            groups={[
              {
                options: [
                  ['', word('allDevices')],
                  ...own.map(
                    (each) => [each.device.device, each.device.label?.[language] ?? each.device.device] as const,
                  ),
                ],
              },
            ]}
            onChoose={setDevice}
          />
        )}
        <SelectField
          label={word('exportWindow')}
          value={window}
          groups={[{ options: EXPORT_WINDOWS.map((each) => [each, word(WINDOW_WORDS[each])]) }]}
          onChoose={(value) => setWindow(EXPORT_WINDOWS.find((each) => each === value) ?? 'raw')}
        />
        {isRaw && (
          <SelectField
            label={word('exportFormat')}
            value={format}
            groups={[{ options: EXPORT_FORMATS.map((each) => [each, FORMAT_WORDS[each]]) }]}
            onChoose={(value) => setFormat(EXPORT_FORMATS.find((each) => each === value) ?? 'csv')}
          />
        )}
        <SelectField
          label={word('quality')}
          value={quality}
          groups={[
            {
              options: [
                ['all', word('allValuesFlagged')],
                ['good', word('goodValuesOnly')],
              ],
            },
          ]}
          onChoose={(value) => setQuality(value === 'good' ? 'good' : 'all')}
        />
        {isRaw && (
          <SelectField
            label={word('exportShape')}
            value={shape}
            groups={[
              {
                options: [
                  ['wide', word('wideTable')],
                  ['long', word('longTable')],
                ],
              },
            ]}
            onChoose={(value) => setShape(value === 'long' ? 'long' : 'wide')}
          />
        )}
        {isRaw && (
          <label class="check">
            <input
              type="checkbox"
              checked={hasSurroundings}
              onChange={(event) => setSurroundings(event.currentTarget.checked)}
            />{' '}
            {word('withSeason')}
          </label>
        )}
      </form>
      <p class="row-actions">
        <a class="button primary" href={link} download>
          {word('download')}
        </a>
        <CopyButton text={new URL(link, location.href).href} />
      </p>
      <p class="note">{word('exportLinkNote')}</p>
    </>
  );
}
