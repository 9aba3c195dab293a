/** Grafana's provisioning folder: one datasource, one provider per language, the dashboards, and optional alerting. */
import type { Kind } from '../../sensors/kind.ts';
import { dashboardsOf } from '../definition/dashboards.ts';
import { alertRules, contactPoints } from './alerting.ts';
import { DATASOURCE, FOLDERS, LANGUAGES } from './names.ts';
import { renderPrometheusDashboard } from './prometheus.ts';
import { renderDashboard } from './render.ts';

/** Where the folder is mounted in Grafana's own image. */
const MOUNTED = '/etc/grafana/provisioning';

/** Path below `provisioning/` → text. */
export function provisioningFiles(kinds: Iterable<Kind>): ReadonlyMap<string, string> {
  const dashboards = dashboardsOf(kinds);
  return new Map([
    ['datasources/daoyu.yaml', datasource],
    ['dashboards/daoyu.yaml', providers],
    // Grafana logs an error at each start for a missing folder.
    ['plugins/daoyu.yaml', `${GENERATED}\napiVersion: 1\n`],
    [
      'alerting/daoyu.yaml',
      `${GENERATED}\n# Off. On: mount dashboards/grafana/alerting here (docs/grafana.md).\napiVersion: 1\n`,
    ],
    ...LANGUAGES.flatMap((language) =>
      dashboards.map(
        (dashboard) =>
          [
            `dashboards/${language}/${dashboard.name}.json`,
            `${JSON.stringify(renderDashboard(dashboard, language), undefined, 2)}\n`,
          ] as const,
      ),
    ),
  ]);
}

/** Beside `provisioning/`; mount it over its `alerting/` to let Grafana notify people. */
export function alertingFiles(): ReadonlyMap<string, string> {
  return new Map([
    ['rules.yaml', alertRules(GENERATED)],
    ['contact-points.yaml', contactPoints(GENERATED)],
  ]);
}

/** Beside `provisioning/` too: for a Grafana with Prometheus. */
export function prometheusFiles(): ReadonlyMap<string, string> {
  return new Map(
    LANGUAGES.map((language) => [
      `daoyu-${language}.json`,
      `${JSON.stringify(renderPrometheusDashboard(language), undefined, 2)}\n`,
    ]),
  );
}

const GENERATED = '# Written by "npm run dashboards"; edit dashboards/, not this file.';

/** InfluxDB 2.x and 3 want the token and a database mapped to the bucket; 1.x without sign-in ignores the token. */
const datasource = `${GENERATED}
apiVersion: 1
datasources:
  - name: Daoyu InfluxDB
    uid: ${DATASOURCE.uid}
    type: ${DATASOURCE.type}
    access: proxy
    url: $INFLUX_URL
    isDefault: true
    editable: false
    jsonData:
      version: InfluxQL
      dbName: $INFLUX_DATABASE
      httpMode: POST
      httpHeaderName1: Authorization
    secureJsonData:
      httpHeaderValue1: Token $INFLUX_TOKEN
`;

const providers = `${GENERATED}
# Dashboards cannot be saved over: copy one ("Save as"), then edit the copy. What a restart brings back is always this set.
apiVersion: 1
providers:
${LANGUAGES.map(
  (language) => `  - name: daoyu-${language}
    orgId: 1
    type: file
    folder: ${FOLDERS[language].title}
    folderUid: ${FOLDERS[language].uid}
    disableDeletion: true
    allowUiUpdates: false
    updateIntervalSeconds: 30
    options:
      path: ${MOUNTED}/dashboards/${language}
`,
).join('')}`;
