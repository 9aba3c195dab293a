/** A seeding mission: which, how well, where; and its lines. */
import { useEffect, useMemo } from 'preact/hooks';
import { type Coverage, coverageOf } from '../../../analysis/seeding/coverage.ts';
import { type Mission, type Sample, sumsOf } from '../../../analysis/seeding/flight.ts';
import type { Site } from '../../../registry/registry.ts';
import { formatDuration, formatNumber, type Language } from '../../../sensors/format.ts';
import type { Field } from '../../../sensors/kind.ts';
import { formatWorkedOut } from '../../../sensors/shown-units.ts';
import { useAppContext, useLanguage } from '../feed/app-context.ts';
import { bandOf } from '../feed/bands.ts';
import type { DeviceCard } from '../feed/cards.ts';
import { profileOf } from '../feed/season.ts';
import { formatClock, formatMoment } from '../language/format-time.ts';
import { say } from '../language/words.ts';
import { Choice } from '../views/choice.tsx';
import { CoverageMap } from './coverage-map.tsx';
import { LineList } from './line-list.tsx';
import { useMission } from './use-mission.ts';

interface Props {
  readonly card: DeviceCard;
  /** With its line list and the choice of another mission. */
  readonly isWhole?: boolean;
  readonly onShown?: (mission: Mission) => void;
}

/** kg/ha for conventional rice, if the site's profile has no target. */
const USUAL_PLAN = 40;
const FLYING_MS = 60_000;

export function MissionView({ card, isWhole = false, onShown }: Props) {
  const { route, word, language, go, now, state } = useAppContext();
  const { phase, missions, shown, samples } = useMission(card.kind, card.device, isWhole ? route.mission : undefined);
  const shownFrom = shown?.from;
  useEffect(() => {
    if (shown) onShown?.(shown);
  }, [shownFrom, onShown]);
  const boundary = boundaryOf(card, state.catalog.sites);
  const coverage = useMemo(() => coverageOf(samples, boundary), [samples, boundary]);
  // By the profile in force during the flight.
  const target = bandOf(shown && profileOf(card.season, shown.from), 'seeding_rate')?.target;
  const plan = target ? (target[0] + target[1]) / 2 : USUAL_PLAN;
  if (phase !== 'ready' || shown === undefined) {
    return <p class={phase === 'loading' ? 'mission-empty bone' : 'mission-empty'}>{emptyWords()}</p>;
  }
  const name = ({ from, to }: Mission) => `${formatMoment(from, language)} – ${formatClock(to)}`;
  const isFlying = now - (samples.at(-1)?.time ?? 0) < FLYING_MS;
  return (
    <div class="mission">
      <div class="mission-head">
        {isWhole ? (
          <Choice
            label={word('mission')}
            value={String(shown.from)}
            options={missions.map((each) => [String(each.from), name(each)])}
            onChoose={(value) => {
              const chosen = missions.find(({ from }) => String(from) === value);
              if (chosen) go({ mission: chosen.from, window: [chosen.from, chosen.to] });
            }}
          />
        ) : (
          <span>{name(shown)}</span>
        )}
        <span class={isFlying ? 'flying' : 'note'}>{word(isFlying ? 'flying' : 'landed')}</span>
      </div>
      <Figures samples={samples} plan={plan} coverage={coverage} fields={card.kind.fields} />
      {coverage ? (
        <CoverageMap
          coverage={coverage}
          samples={samples}
          plan={plan}
          isFlying={isFlying}
          note={fieldWords(coverage, card.kind.fields, language)}
        />
      ) : (
        <p class="mission-empty">{word('noSpreading')}</p>
      )}
      {isWhole && <LineList samples={samples} plan={plan} />}
    </div>
  );

  function emptyWords(): string {
    return phase === 'loading' ? '' : word(phase === 'failed' ? 'failed' : 'noMission');
  }
}

const boundaryOf = ({ device }: DeviceCard, sites: readonly Site[]) =>
  sites.find(({ park, id }) => park === device.park && id === device.site)?.boundary;

/** The target of the mission. */
function fieldWords({ fieldFrom, fieldArea }: Coverage, fields: readonly Field[], language: Language): string {
  if (fieldFrom === 'elsewhere') return say('fieldElsewhere', language);
  if (fieldFrom === 'estimate') return say('fieldEstimated', language);
  return [say('fieldOfBoundary', language), ...areaWords(fieldArea, fields, language)].filter(Boolean).join(' · ');
}

interface FiguresProps {
  readonly samples: readonly Sample[];
  readonly plan: number;
  readonly coverage: ReturnType<typeof coverageOf>;
  readonly fields: readonly Field[];
}

function Figures({ samples, plan, coverage, fields }: FiguresProps) {
  const { word, language } = useLanguage();
  const sums = useMemo(() => sumsOf(samples), [samples]);
  const percent = (share: number) => `${(share * 100).toFixed(share < 0.1 ? 1 : 0)}%`;
  const figures: readonly (readonly [label: string, value: string, note?: string])[] = [
    ...(coverage
      ? ([
          [word('seededArea'), ...areaWords(coverage.seededArea, fields, language)],
          [word('coverage'), percent(coverage.covered), missedWords(coverage, fields, language)],
          [word('overlap'), percent(coverage.overlapped)],
          ...(coverage.fieldFrom === 'boundary'
            ? [[word('beyondField'), formatWorkedOut(coverage.outsideArea, 'har', fields, language)] as const]
            : []),
          [
            word('meanRate'),
            coverage.meanRate === undefined ? '–' : formatWorkedOut(coverage.meanRate, 'kg/har', fields, language),
            `${word('plan')} ${formatWorkedOut(plan, 'kg/har', fields, language)}`,
          ],
          [word('variation'), coverage.variation === undefined ? '–' : percent(coverage.variation)],
        ] as const)
      : []),
    [word('seedUsed'), `${formatNumber(sums.seed, 1)} kg`],
    [word('sorties'), String(sums.sorties), formatDuration(sums.flyingMs, language)],
    [word('lowestBattery'), sums.lowestBattery === undefined ? '–' : `${sums.lowestBattery}%`],
    [word('rtkFixed'), sums.fixedShare === undefined ? '–' : percent(sums.fixedShare)],
  ];
  return (
    <dl class="figures">
      {figures.map(([label, value, note]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>
            {value}
            {note && <small> {note}</small>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** An area too small to show counts as none. */
function missedWords({ missedArea }: Coverage, fields: readonly Field[], language: Language): string {
  return missedArea < 0.005 ? '' : `${say('missed', language)} ${formatWorkedOut(missedArea, 'har', fields, language)}`;
}

/** In hectares with 亩 beside it, or in 亩 alone where the installation chose that. */
function areaWords(hectares: number, fields: readonly Field[], language: Language): readonly [string, string] {
  const isShown = fields.some(({ unit, shown }) => unit === 'har' && shown !== undefined);
  return [formatWorkedOut(hectares, 'har', fields, language), isShown ? '' : mu(hectares, language)];
}

/** Farmers count in mu: 15 to the hectare. */
function mu(hectares: number, language: 'zh' | 'en'): string {
  const value = formatNumber(hectares * 15, 1);
  return language === 'zh' ? `${value} 亩` : `${value} mu`;
}
