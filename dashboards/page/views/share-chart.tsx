/** Shares the chart of a site with somebody who has no account: a link that reads, ends, and can be revoked. */
import { useState } from 'preact/hooks';
import { useAppContext } from '../feed/app-context.ts';
import type { SiteCard } from '../feed/cards.ts';
import { may, useMe } from '../feed/people.ts';
import { RANGE_MS } from '../feed/route.ts';
import { addShare, loadShares, type MadeShare } from '../feed/shares.ts';
import { SelectField, TextField } from '../manage/fields.tsx';
import { OneTimeLink } from './one-time.tsx';
import { ShareRows } from './share-rows.tsx';
import { useLoaded } from './use-loaded.ts';

const HOUR = 3_600_000;
const DAYS = ['1', '7', '30', '90'] as const;

export function ShareChart({ card }: { readonly card: SiteCard }) {
  const { word } = useAppContext();
  const me = useMe();
  const [isOpen, setOpen] = useState(false);
  if (!may(me, 'share', card.site.park)) return null;
  return (
    <details class="people share" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{word('share')}</summary>
      {isOpen && <Form card={card} />}
    </details>
  );
}

function Form({ card: { site, devices } }: { readonly card: SiteCard }) {
  const { word, language, route } = useAppContext();
  const shares = useLoaded(loadShares);
  const kinds = [...new Map(devices.map(({ kind }) => [kind.name, kind])).values()];
  const [kind, setKind] = useState(kinds[0]?.name ?? '');
  const [title, setTitle] = useState(site.label[language]);
  const [days, setDays] = useState('7');
  const [made, setMade] = useState<MadeShare>();
  const span = route.window
    ? { from: Math.round(route.window[0]), to: Math.round(route.window[1]) }
    : { lastHours: Math.round(RANGE_MS[route.range] / HOUR) };
  const { run, isBusy, problem, value = [] } = shares;
  const own = value.filter((each) => each.park === site.park && each.site === site.id);
  return (
    <>
      <p class="note">{word(route.window ? 'shareStretch' : 'shareLatest')}</p>
      <form
        class="row-form"
        onSubmit={(event) => {
          event.preventDefault();
          const asked = { park: site.park, site: site.id, kind, title: title.trim(), days: Number(days), ...span };
          void run(() => addShare(asked)).then(setMade);
        }}
      >
        <TextField label={word('shareTitle')} value={title} onInput={setTitle} maxLength={50} />
        {kinds.length > 1 && (
          <SelectField
            label={word('siteTypeField')}
            value={kind}
            groups={[{ options: kinds.map((each) => [each.name, each.label[language]]) }]}
            onChoose={setKind}
          />
        )}
        <SelectField
          label={word('shareDays')}
          value={days}
          groups={[{ options: DAYS.map((each) => [each, each]) }]}
          onChoose={setDays}
        />
        <button type="submit" class="primary" disabled={isBusy}>
          {word('makeLink')}
        </button>
      </form>
      <p role="status" class="problem">
        {problem}
      </p>
      {made && <OneTimeLink key={made.link} title={word('share')} link={made} note={word('shareOnce')} />}
      <ShareRows shares={own} loaded={shares} />
    </>
  );
}
