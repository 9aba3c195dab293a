/** What people wrote down in a period, as a section. */
import type { Span } from '../analysis/windows.ts';
import { EVENT_KINDS, type FarmEvent } from '../journal/events.ts';
import { inForce, touches } from '../journal/record.ts';
import type { ReportContext } from './context.ts';
import { type Section, same, textCell } from './report.ts';

interface Asked extends Span {
  readonly park: string;
  readonly site?: string;
}

export function eventsOf(
  { events }: Pick<ReportContext, 'events'>,
  { park, site, from, to }: Asked,
): readonly FarmEvent[] {
  return inForce(events.all()).filter(
    (event) => event.park === park && (site === undefined || event.site === site) && touches(event, from, to),
  );
}

export function eventsSection(context: Pick<ReportContext, 'events' | 'registry'>, asked: Asked): Section {
  return {
    name: 'events',
    title: { zh: '作业记录', en: 'Farm log' },
    table: {
      columns: [
        { name: 'at', label: { zh: '时间', en: 'at' } },
        { name: 'site', label: { zh: '点位', en: 'site' } },
        { name: 'kind', label: { zh: '作业', en: 'what' } },
        { name: 'values', label: { zh: '内容', en: 'how much' } },
        { name: 'by', label: { zh: '记录人', en: 'by' } },
      ],
      rows: eventsOf(context, asked).map((event) => ({
        at: { time: event.at },
        site: { text: context.registry.site(event.park, event.site)?.label ?? same(event.site) },
        kind: { text: EVENT_KINDS.get(event.kind)?.label ?? same(event.kind) },
        values: textCell(valuesOf(event)),
        by: textCell(event.by),
      })),
    },
  };
}

function valuesOf({ kind, values, note }: FarmEvent): string {
  const fields = EVENT_KINDS.get(kind)?.fields ?? [];
  const given = fields.flatMap(({ name, unit }) =>
    values[name] === undefined ? [] : [`${values[name]} ${unit ?? ''}`.trim()],
  );
  return [...given, ...(note === undefined ? [] : [note])].join(' · ');
}
