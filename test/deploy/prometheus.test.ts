/** Rules and dashboard for Prometheus name only what a platform exports, and runbooks that are there. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { PROMETHEUS_CHARTS } from '../../dashboards/grafana/prometheus.ts';
import { prometheusFiles } from '../../dashboards/grafana/provisioning.ts';
import { runPlatform } from '../running-platform.ts';

const root = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const { parse } = createRequire(createRequire(import.meta.url).resolve('@fastify/swagger'))('yaml') as {
  parse(text: string): unknown;
};

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: Readonly<Record<string, string>>;
}

const { groups } = parse(readFileSync(root('deploy/prometheus/daoyu.rules.yml'), 'utf8')) as {
  readonly groups: readonly { readonly rules: readonly Rule[] }[];
};
const rules = groups.flatMap((group) => group.rules);
const charted = PROMETHEUS_CHARTS.flatMap(({ queries }) => queries.map(([expression]) => expression));
const namesIn = (expressions: readonly string[]) => [
  ...new Set(expressions.flatMap((expression) => expression.match(/\bdaoyu_[a-z0-9_]+/g) ?? [])),
];

describe('what is named in rules and dashboard', () => {
  it('is exported by a platform that has sites, and nothing is left without a unit of time behind it', async () => {
    const { platform } = await runPlatform();
    const headers = { authorization: `Bearer ${platform.token}` };
    const text = await (await fetch(`${platform.urls.http}/metrics`, { headers })).text();
    const exported = new Set([...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name));
    for (const expressions of [rules.map(({ expr }) => expr), charted]) {
      const names = namesIn(expressions);
      expect(names.length).toBeGreaterThan(10);
      expect(names.filter((name) => !exported.has(name))).toEqual([]);
    }
    // With values, not only with a name: what a running platform always knows.
    for (const name of ['daoyu_site_state', 'daoyu_disk_free_bytes', 'daoyu_build_info', 'daoyu_store_size_bytes'])
      expect(text).toMatch(new RegExp(`^${name}(\\{.*\\})? \\d`, 'm'));
  });
});

describe('rules', () => {
  it('have names of their own, a severity, both languages, and a runbook whose section is there', () => {
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
    for (const { alert, labels, annotations } of rules) {
      expect(['critical', 'warning'], alert).toContain(labels.severity);
      expect(annotations.summary, alert).toBeTruthy();
      expect(annotations.summary_zh, alert).toMatch(/[\u4e00-\u9fff]/);
      const [file = '', section] = (annotations.runbook ?? 'docs/alarms.md').split('#');
      expect(existsSync(root(file)), file).toBe(true);
      if (section !== undefined) expect(sectionsOf(file), alert).toContain(section);
    }
  });
});

/** As GitHub names them in links. */
function sectionsOf(file: string): readonly string[] {
  return [...readFileSync(root(file), 'utf8').matchAll(/^#{2,4} (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}

it('the dashboards are what "npm run dashboards" writes today, in two languages', () => {
  for (const [name, text] of prometheusFiles())
    expect(readFileSync(root(`dashboards/grafana/prometheus/${name}`), 'utf8') === text, `${name} is stale`).toBe(true);
  const titles = [...prometheusFiles().values()].map((text) => (JSON.parse(text) as { title: string }).title);
  expect(titles).toEqual(['平台运行（Prometheus）', 'Platform (Prometheus)']);
});
