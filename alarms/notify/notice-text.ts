/** The text of a message about an alarm: what, where, since when, the worst value, what to do, who has acknowledged it. */
import { dateTimeOf } from '../../base/beijing-time.ts';
import type { Label } from '../../sensors/label.ts';
import type { Alarm } from '../alarm.ts';
import type { Notice } from '../channels/channel.ts';
import { DRILL } from '../drill.ts';
import { PLATFORM } from '../platform-checks.ts';
import type { Intent } from './follow-up.ts';

/** Names of sites as people know them. */
export type SiteLabel = (park: string, site: string) => Label | undefined;

const WORST_IN_DIGEST = 5;

export function createNotice(intent: Intent, siteLabel: SiteLabel, link?: string): Notice {
  const { about, alarms, severity, id, mobiles } = intent;
  const [first] = alarms;
  const where = first === undefined ? EMPTY : placeOf(first, siteLabel);
  const { title, lines } =
    about === 'digest' || first === undefined ? digestOf(alarms, siteLabel) : singleOf(about, first, where);
  return {
    dedupKey: id,
    severity,
    title,
    lines,
    ...(about !== 'digest' && first?.rule === DRILL && { isDrill: true }),
    ...(link !== undefined && { link }),
    ...(mobiles.length > 0 && { mobiles }),
  };
}

const EMPTY: Label = { zh: '', en: '' };

function placeOf({ park, site, device }: Alarm, siteLabel: SiteLabel): Label {
  if (park === PLATFORM) return { zh: '平台', en: 'Platform' };
  const label = siteLabel(park, site) ?? { zh: site || park, en: site || park };
  return device === undefined ? label : { zh: `${label.zh}（${device}）`, en: `${label.en} (${device})` };
}

const ENDS = {
  acknowledged: { zh: '已有人处理：', en: 'Taken care of: ' },
  returned: { zh: '已回到正常，仍待确认：', en: 'Back to normal, not acknowledged yet: ' },
  recovered: { zh: '已恢复：', en: 'Over: ' },
} as const;

function singleOf(
  about: Exclude<Intent['about'], 'digest'>,
  alarm: Alarm,
  where: Label,
): Pick<Notice, 'title' | 'lines'> {
  const prefix = about === 'open' ? EMPTY : ENDS[about];
  const title = {
    zh: `${prefix.zh}${where.zh}：${alarm.text.zh}`,
    en: `${prefix.en}${where.en}: ${alarm.text.en}`,
  };
  const since = {
    zh: `自 ${dateTimeOf(alarm.openedAt)} 起（北京时间）`,
    en: `since ${dateTimeOf(alarm.openedAt)} Beijing time`,
  };
  const by = alarm.acknowledgedBy;
  const lines: Label[] = [since];
  if (about === 'open') lines.push({ zh: `处置：${alarm.action.zh}`, en: `What to do: ${alarm.action.en}` });
  if (about === 'acknowledged' && by !== undefined) {
    const note = alarm.note === undefined ? '' : ` — ${alarm.note}`;
    lines.push({ zh: `${by} 已接手${note}`, en: `acknowledged by ${by}${note}` });
  }
  if (alarm.isBlind)
    lines.push({ zh: '目前没有可信数据，以上为最后已知值', en: 'no trustworthy data now: last known values' });
  if (alarm.isChattering)
    lines.push({
      zh: '反复告警：一小时内多次出现，每小时只通知一次',
      en: 'opens again and again: announced once an hour',
    });
  if (alarm.isLate) lines.push({ zh: '数据迟到，现在才得知', en: 'announced late, because the readings came late' });
  return { title, lines };
}

function digestOf(alarms: readonly Alarm[], siteLabel: SiteLabel): Pick<Notice, 'title' | 'lines'> {
  const worst = [...alarms].sort(
    (one, other) => Number(other.severity === 'critical') - Number(one.severity === 'critical'),
  );
  const rest = alarms.length - WORST_IN_DIGEST;
  return {
    title: { zh: `${alarms.length} 条告警汇总`, en: `${alarms.length} alarms in one message` },
    lines: [
      ...worst.slice(0, WORST_IN_DIGEST).map((alarm) => {
        const where = placeOf(alarm, siteLabel);
        return { zh: `${where.zh}：${alarm.text.zh}`, en: `${where.en}: ${alarm.text.en}` };
      }),
      ...(rest > 0 ? [{ zh: `另有 ${rest} 条，见告警页`, en: `and ${rest} more on the page` }] : []),
    ],
  };
}
