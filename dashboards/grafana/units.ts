/** Units and value mappings for Grafana: its own unit where that never rescales, else our symbol. */
import type { ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard';
import { MappingType } from '@grafana/grafana-foundation-sdk/dashboard';
import type { Language } from '../../sensors/format.ts';
import type { HealthState } from '../../sensors/health.ts';
import type { Quantity } from '../definition/dashboard.ts';
import { STATE_NUMBERS, stateMetric } from '../definition/platform-metrics.ts';

/** `lengthmm` and `kwatt` would turn 1200 mm into 1.2 m, which the page does not. */
const OWN: Readonly<Record<string, string>> = { Cel: 'celsius', '%': 'percent', By: 'bytes', s: 's' };

export function unitOf({ unit, symbol, shape }: Quantity): string {
  if (shape === 'moment') return 'dateTimeFromNow';
  if (shape === 'text') return 'string';
  return OWN[unit] ?? (symbol === '' ? 'none' : `suffix:${symbol}`);
}

/** Distinguishable in all common types of colour blindness, and never by colour alone: each has its sign and its word. */
export const STATE_LOOKS: Readonly<Record<HealthState, { readonly colour: string; readonly sign: string }>> = {
  good: { colour: '#3d9970', sign: '●' },
  warning: { colour: '#e0a100', sign: '▲' },
  critical: { colour: '#c4162a', sign: '■' },
  unknown: { colour: '#7a7a8c', sign: '?' },
};

/** Off is grey, on is coloured; more than two choices use shades in between. */
const CHOICE_COLOURS = ['#5a6270', '#1f9e9e', '#2f6fb0', '#8f6bb3', '#b0722f', '#6b8f3d'];

export function mappingsOf(quantity: Quantity, language: Language): ValueMapping[] {
  const { choices } = quantity;
  if (choices === undefined) return [];
  const isState = quantity.name === stateMetric.name && choices === stateMetric.choices;
  const states = Object.entries(STATE_NUMBERS) as [HealthState, number][];
  const options = Object.fromEntries(
    Object.entries(choices).map(([key, label], index) => {
      const state = isState ? states.find(([, number]) => number === Number(key))?.[0] : undefined;
      const look = state && STATE_LOOKS[state];
      return [
        key,
        {
          text: look ? `${look.sign} ${label[language]}` : label[language],
          color: look?.colour ?? CHOICE_COLOURS[index % CHOICE_COLOURS.length] ?? '#5a6270',
          index,
        },
      ];
    }),
  );
  return [{ type: MappingType.ValueToText, options }];
}
