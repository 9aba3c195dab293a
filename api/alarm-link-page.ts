/** The page that a link in a message opens: readable on a phone at night, without scripts. */

import type { Alarm } from '../alarms/alarm.ts';
import { dateTimeOf } from '../base/beijing-time.ts';
import { escapeHtml } from '../base/escape-html.ts';
import type { Label } from '../sensors/label.ts';

interface Shown {
  readonly alarm?: Alarm;
  /** The site or park as people know it. */
  readonly place?: Label;
  /** Each has a button; a different name may be typed. */
  readonly people?: readonly string[];
  readonly problem?: Label;
}

const STATE: Readonly<Record<Alarm['state'], Label>> = {
  open: { zh: '未确认', en: 'not acknowledged' },
  acknowledged: { zh: '已确认', en: 'acknowledged' },
  returned: { zh: '已回到正常，仍待确认', en: 'back to normal, not acknowledged yet' },
  shelved: { zh: '已暂缓', en: 'shelved' },
  closed: { zh: '已结束', en: 'closed' },
};

export function alarmLinkPage({ alarm, place, people = [], problem }: Shown): string {
  return `<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex"><title>稻渔 daoyu</title><link rel="icon" href="data:,">
<style>body{font:17px/1.6 "PingFang SC","Noto Sans SC","Microsoft YaHei",system-ui;max-width:30rem;margin:0 auto;padding:1.25rem;color:#12312f;background:#f6faf9}
h1{font-size:1.35rem;margin:.5rem 0}.critical{border-left:.4rem solid #b3261e;padding-left:.8rem}.warning{border-left:.4rem solid #b76e00;padding-left:.8rem}
label{display:block;margin-top:.8rem}input,button{font:inherit;padding:.7rem .8rem;border:1px solid #8fb3af;border-radius:.4rem;width:100%;box-sizing:border-box}
button{background:#0b6e66;color:#fff;border:0;margin-top:1rem;font-weight:600;min-height:3rem}small{color:#46615e}summary{margin-top:1.2rem}</style></head>
<body>${alarm === undefined ? `<p>${both(problem)}</p>` : alarmOf(alarm, place)}${alarm !== undefined && isOpen(alarm) ? formOf(people) : ''}</body></html>`;
}

const isOpen = ({ state }: Alarm) => state === 'open' || state === 'returned';

function alarmOf(alarm: Alarm, place: Label | undefined): string {
  const { severity, text, action, openedAt, state, acknowledgedBy, park, site, device = '' } = alarm;
  const who = acknowledgedBy === undefined ? '' : `：${escapeHtml(acknowledgedBy)}`;
  const where = place === undefined ? '' : `<strong>${both(place)}</strong><br>`;
  return `<div class="${severity}"><h1>${escapeHtml(text.zh)}</h1><small>${escapeHtml(text.en)}</small></div>
<p>${where}<small>${escapeHtml([park, site, device].filter(Boolean).join(' / '))}</small><br>自 ${dateTimeOf(openedAt)} 起（北京时间）<br><small>since ${dateTimeOf(openedAt)} Beijing time</small></p>
<p><strong>${both(STATE[state])}${who}</strong></p><p>${both(action)}</p>`;
}

const NOTE = '<label>备注（可不填）Note<input name="note" maxlength="500"></label>';
/** More would push what to do off a phone's first screen; the others type. */
const MOST_BUTTONS = 4;

function formOf(people: readonly string[]): string {
  const own = `<label>您的姓名 Your name<input name="by" required maxlength="50" autocomplete="name"></label>`;
  const typed = `<form method="post" action="">${own}${NOTE}<button>我来处理 I take it</button></form>`;
  if (people.length === 0) return typed;
  const buttons = people.slice(0, MOST_BUTTONS).map((name) => {
    const safe = escapeHtml(name);
    return `<button name="by" value="${safe}">${safe}：我来处理 I take it</button>`;
  });
  return `<form method="post" action="">${buttons.join('')}${NOTE}</form><details><summary>其他人 Somebody else</summary>${typed}</details>`;
}

const both = (label: Label = { zh: '', en: '' }) => `${escapeHtml(label.zh)}<br><small>${escapeHtml(label.en)}</small>`;
