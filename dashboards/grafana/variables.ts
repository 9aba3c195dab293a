/** Dashboard variables: park, then site, then device, each narrowed by the one before and shown in the reader's language. */
import {
  type QueryVariableBuilder,
  QueryVariableBuilder as Variable,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import type { Language } from '../../sensors/format.ts';
import type { Kind } from '../../sensors/kind.ts';
import type { Dashboard } from '../definition/dashboard.ts';
import { parkChoiceMetric, siteChoiceMetric } from '../definition/platform-metrics.ts';
import { CHOICE_REGEX, choicesQuery, matches, type Scope, tagValuesQuery } from './influxql.ts';
import { DATASOURCE, siteVariableOf } from './names.ts';
import { WORDS } from './words.ts';

export function variablesOf(dashboard: Dashboard, language: Language): readonly QueryVariableBuilder[] {
  const { choice, kinds } = dashboard;
  if (choice === 'none') return [];
  const isOne = choice === 'site';
  // Without parks that have no sites of these kinds, whose dashboard would be empty.
  const isOfKinds = `(${kinds.map(({ name }) => `"kind" = '${name}'`).join(' OR ')})`;
  const parks = choicesQuery(parkChoiceMetric, language, choice === 'parks' ? [] : [isOfKinds]);
  const park = named('park', WORDS.park[language], parks, isOne);
  if (choice === 'parks') return [park];
  const sites = kinds.map((kind) => {
    const query = choicesQuery(siteChoiceMetric, language, [matches('park', 'park'), `"kind" = '${kind.name}'`]);
    const label = isOne || kinds.length === 1 ? WORDS.site[language] : kind.label[language];
    return named(siteVariableOf(dashboard, kind), label, query, isOne);
  });
  const [kind] = kinds;
  if (!isOne || kind === undefined) return [park, ...sites];
  const devices = tagValuesQuery(kind.name, 'device', [matches('park', 'park'), matches('site', 'site')]);
  return [park, ...sites, variable('device', WORDS.device[language], devices, false)];
}

/** The variables that filter the queries of a panel. */
export function scopeOf(dashboard: Dashboard, kind: Kind | undefined): Scope {
  const { choice } = dashboard;
  if (choice === 'none') return { chosen: {} };
  if (choice === 'site') return { chosen: { park: 'park', site: 'site', device: 'device' } };
  if (choice === 'parks' || kind === undefined) return { chosen: { park: 'park' } };
  return { chosen: { park: 'park', site: siteVariableOf(dashboard, kind) } };
}

function variable(name: string, label: string, query: string, isOne: boolean): QueryVariableBuilder {
  const made = new Variable(name)
    .label(label)
    .datasource(DATASOURCE)
    .query(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.Disabled)
    .multi(!isOne)
    .includeAll(!isOne);
  return isOne ? made : made.current({ selected: true, text: ['All'], value: ['$__all'] });
}

const named = (name: string, label: string, query: string, isOne: boolean) =>
  variable(name, label, query, isOne).regex(CHOICE_REGEX);
