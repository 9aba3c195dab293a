/** Alarms in Grafana: a table of the open ones, and marks on every chart. The page has an alarm centre of its own. */
import * as common from '@grafana/grafana-foundation-sdk/common';
import { RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import * as table from '@grafana/grafana-foundation-sdk/table';
import type { Language } from '../../sensors/format.ts';
import type { Label } from '../../sensors/label.ts';
import type { Dashboard } from '../definition/dashboard.ts';
import { ALARM_METRICS, alarmSeverity, alarmState } from '../definition/platform-metrics.ts';
import { InfluxQuery, matches } from './influxql.ts';
import { DATASOURCE } from './names.ts';
import { mappingsOf } from './units.ts';

/** An alarm that opened before is still open: nobody would see it in the hours in sight. */
const OPEN_SINCE = '90d';
const MOST_ROWS = 200;
export const ALARM_ROWS_HEIGHT = 9;
/** Apart from the numbers of the other panels, which links hold. */
const FIRST_ID = 1000;

const TEXTS = {
  row: { zh: '告警', en: 'Alarms' },
  open: { zh: '未结束的告警', en: 'Open alarms' },
  about: {
    zh: '平台判定并保存的告警：确认、搁置在网页的告警中心进行。',
    en: 'Alarms as the platform keeps them; acknowledge and shelve them on its own page.',
  },
  none: { zh: '没有未结束的告警', en: 'No open alarms' },
  text: { zh: '告警', en: 'alarm' },
  place: { zh: '位置', en: 'place' },
  by: { zh: '处理人', en: 'taken by' },
  critical: { zh: '危急告警', en: 'Critical alarms' },
  warning: { zh: '预警', en: 'Warnings' },
} as const satisfies Record<string, Label>;

/** Its row and panel, at the top. */
export function alarmTable(dashboard: Dashboard, language: Language) {
  const word = (label: Label) => label[language];
  const columns = [
    `"text_${language}" AS "${word(TEXTS.text)}"`,
    `"place" AS "${word(TEXTS.place)}"`,
    `"severity" AS "${word(alarmSeverity.label)}"`,
    `"state" AS "${word(alarmState.label)}"`,
    `"by" AS "${word(TEXTS.by)}"`,
  ];
  const query = `SELECT ${columns.join(', ')} FROM "${ALARM_METRICS}" WHERE "state" > 0 AND ${placesOf(dashboard)} AND $timeFilter ORDER BY time DESC LIMIT ${MOST_ROWS}`;
  const panel = new table.PanelBuilder()
    .title(word(TEXTS.open))
    .description(word(TEXTS.about))
    .datasource(DATASOURCE)
    .withTarget(new InfluxQuery('A', query, { format: 'table' }))
    .unit('none')
    .noValue(word(TEXTS.none))
    .showHeader(true)
    .cellHeight(common.TableCellHeight.Sm)
    .overrideByFieldType('time', [{ id: 'unit', value: 'dateTimeFromNow' }])
    .overrideByName(word(TEXTS.text), [
      { id: 'custom.minWidth', value: 300 },
      { id: 'custom.wrapText', value: true },
    ])
    .timeFrom(OPEN_SINCE)
    .hideTimeOverride(true)
    .gridPos({ x: 0, y: 1, w: 24, h: ALARM_ROWS_HEIGHT - 1 })
    .id(FIRST_ID + 1);
  for (const quantity of [alarmSeverity, alarmState])
    panel.overrideByName(word(quantity.label), [
      { id: 'mappings', value: mappingsOf(quantity, language) },
      { id: 'custom.cellOptions', value: { type: 'color-text' } },
    ]);
  return { header: new RowBuilder(word(TEXTS.row)).id(FIRST_ID).gridPos({ x: 0, y: 0, w: 24, h: 1 }), panel };
}

/** The platform's own alarms concern whoever looks at parks. */
function placesOf({ choice }: Dashboard): string {
  const park = matches('park', 'park');
  if (choice === 'parks') return `(${park} OR "park" = 'platform')`;
  return choice === 'site' ? `${park} AND ${matches('site', 'site')}` : park;
}

/** From opening to end, critical apart from the rest. As Grafana 9 to 11 keep it, and, in `target`, the later ones. */
export function alarmAnnotations(dashboard: Dashboard, language: Language): readonly object[] {
  return (['critical', 'warning'] as const).map((severity) => {
    const text = `text_${language}`;
    const level = severity === 'critical' ? 2 : 1;
    const query = `SELECT "${text}", "place", "ended" FROM "${ALARM_METRICS}" WHERE "severity" = ${level} AND ${placesOf(dashboard)} AND $timeFilter ORDER BY time ASC LIMIT 1000`;
    const mapping = { textColumn: text, titleColumn: '', tagsColumn: 'place', timeEndColumn: 'ended' };
    const name = TEXTS[severity][language];
    return {
      name,
      datasource: DATASOURCE,
      enable: true,
      iconColor: severity === 'critical' ? '#c4162a' : '#e0a100',
      query,
      ...mapping,
      target: { refId: 'Anno', query, queryType: 'tags', rawQuery: true, fromAnnotations: true, name, ...mapping },
    };
  });
}
