/** Every line of a mission against the plan. */
import { useMemo } from 'preact/hooks';
import type { Sample } from '../../../analysis/seeding/flight.ts';
import { formatNumber } from '../../../sensors/format.ts';
import { useLanguage } from '../feed/app-context.ts';
import { formatSeconds } from '../language/format-time.ts';
import { Scroller } from '../views/scroller.tsx';
import { classOf, RATE_CLASSES } from './rate-classes.ts';
import { seedLinesOf } from './seed-lines.ts';

export function LineList({ samples, plan }: { readonly samples: readonly Sample[]; readonly plan: number }) {
  const { word } = useLanguage();
  const lines = useMemo(() => seedLinesOf(samples), [samples]);
  return (
    <Scroller label={word('lines')}>
      <table class="line-list">
        <thead>
          <tr>
            <th scope="col" class="number">
              {word('line')}
            </th>
            <th scope="col">{word('time')}</th>
            <th scope="col" class="number">
              {word('length')} <small>m</small>
            </th>
            <th scope="col" class="number">
              {word('rate')} <small>kg/ha</small>
            </th>
            <th scope="col" class="number">
              {word('deviation')}
            </th>
            <th scope="col">{word('verdict')}</th>
            <th scope="col" class="number">
              {word('speed')} <small>m/s</small>
            </th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => {
            const deviation = line.rate / plan - 1;
            const verdict = RATE_CLASSES[classOf(line.rate, plan)];
            return (
              <tr key={line.name}>
                <th scope="row" class="number">
                  {line.name}
                </th>
                <td>{formatSeconds(line.from)}</td>
                <td class="number">{Math.round(line.length)}</td>
                <td class="number">{formatNumber(line.rate, 1)}</td>
                <td class="number">{`${deviation > 0 ? '+' : ''}${formatNumber(deviation * 100, 0)}%`}</td>
                <td>
                  <i class={`rate ${verdict?.name}`} aria-hidden="true" /> {verdict && word(verdict.word)}
                </td>
                <td class="number">{line.speed === undefined ? '–' : formatNumber(line.speed, 1)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Scroller>
  );
}
