/** The field, turned so that its lines are level: seed rate against the plan, areas missed, areas seeded twice. */
import { useEffect, useRef } from 'preact/hooks';
import type { Coverage } from '../../../analysis/seeding/coverage.ts';
import type { Sample } from '../../../analysis/seeding/flight.ts';
import { formatLength, roundLength } from '../../../analysis/seeding/projection.ts';
import { useAppContext } from '../feed/app-context.ts';
import { classOf, RATE_CLASSES, type RateClass, sharesOf } from './rate-classes.ts';

interface Props {
  readonly coverage: Coverage;
  readonly samples: readonly Sample[];
  /** kg/ha. */
  readonly plan: number;
  readonly isFlying: boolean;
  /** Source of the field's outline. */
  readonly note: string;
}

const TALLEST = 460;

export function CoverageMap({ coverage, samples, plan, isFlying, note }: Props) {
  const { theme, word } = useAppContext();
  const canvas = useRef<HTMLCanvasElement>(null);
  const { columns, rows, cell, outline } = coverage;
  // During the flight the rest of the field does not count as missed.
  const isPending = isFlying && outline !== undefined;
  const nameOf = (each: RateClass) => word(isPending && each.name === 'gap' ? 'notYetSeeded' : each.word);
  useEffect(() => {
    if (canvas.current) paint(canvas.current, coverage, plan, isPending);
  }, [coverage, plan, theme, isPending]);
  const last = samples.at(-1);
  const here = last && coverage.place(last);
  const scale = roundLength(columns * cell * 0.25);
  const shares = sharesOf(coverage, plan);
  const label = RATE_CLASSES.map((each, index) => `${nameOf(each)} ${percent(shares[index])}`).join(' · ');
  return (
    <figure class="coverage" style={{ width: `min(100%, ${Math.round((TALLEST * columns) / rows)}px)` }}>
      <div
        class="coverage-picture"
        role="img"
        aria-label={`${word('coverageMap')}: ${label}`}
        style={{ aspectRatio: `${columns} / ${rows}` }}
      >
        <canvas ref={canvas} width={columns} height={rows} />
        <svg viewBox={`0 0 ${columns} ${rows}`} aria-hidden="true">
          {outline && (
            <path class="outline" d={`M${outline.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join('L')}Z`} />
          )}
          <path class="track" d={trackOf(coverage, samples)} />
          {here && (
            <circle
              class={isFlying ? 'drone flying' : 'drone'}
              cx={here[0]}
              cy={here[1]}
              r={Math.max(columns, rows) / 110}
            />
          )}
        </svg>
        <span class="north" style={{ transform: `rotate(${coverage.north}deg)` }} aria-hidden="true">
          ↑<i style={{ transform: `rotate(${-coverage.north}deg)` }}>N</i>
        </span>
        <span class="scale" style={{ width: `${(scale / (columns * cell)) * 100}%` }} aria-hidden="true">
          {formatLength(scale)}
        </span>
      </div>
      <figcaption>
        <ul class="rate-legend">
          {RATE_CLASSES.map((each, index) => (
            <li key={each.name}>
              <i class={`rate ${isPending && each.name === 'gap' ? 'pending' : each.name}`} aria-hidden="true" />
              {nameOf(each)} <b>{percent(shares[index])}</b>
            </li>
          ))}
        </ul>
        <p class="note">{note}</p>
      </figcaption>
    </figure>
  );
}

const percent = (share = 0) => `${(share * 100).toFixed(share > 0 && share < 0.1 ? 1 : 0)}%`;

function trackOf({ place }: Coverage, samples: readonly Sample[]): string {
  let path = '';
  let before: Sample | undefined;
  for (const sample of samples) {
    const [x, y] = place(sample);
    const isJoined = before !== undefined && sample.time - before.time < 5000;
    path += `${isJoined ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`;
    before = sample;
  }
  return path;
}

function paint(
  canvas: HTMLCanvasElement,
  { columns, rows, rates, passes, field }: Coverage,
  plan: number,
  isPending: boolean,
): void {
  const context = canvas.getContext('2d');
  if (context === null) return;
  const image = context.createImageData(columns, rows);
  const colours = RATE_CLASSES.map(({ name }) => pixelOf(canvas, isPending && name === 'gap' ? 'pending' : name));
  for (let index = 0; index < rates.length; index++) {
    const isInField = field[index] === 1;
    if (!isInField && passes[index] === 0) continue;
    const at = classOf(rates[index] ?? 0, plan);
    const colour = colours[at] ?? [0, 0, 0];
    // Missed areas are hatched, so that they do not look like a pale colour.
    const stripe = at === 0 && (Math.floor(index / columns) + (index % columns)) % 6 < 3;
    // Seed outside the field is shown, but pale.
    image.data.set([...colour, !isInField ? 110 : stripe ? 90 : 255], index * 4);
  }
  context.putImageData(image, 0, 0);
}

/** A token of the page as red, green and blue. */
function pixelOf(canvas: HTMLCanvasElement, name: string): readonly [number, number, number] {
  const probe = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  if (probe === null) return [0, 0, 0];
  probe.fillStyle = getComputedStyle(canvas).getPropertyValue(`--rate-${name}`).trim();
  probe.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0] = probe.getImageData(0, 0, 1, 1).data;
  return [red, green, blue];
}
