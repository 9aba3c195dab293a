/** The sheet of a workbook that describes its data. */
import type { dataPackage } from './describe.ts';
import type { ExportTable } from './table.ts';

export function aboutOf(
  description: ReturnType<typeof dataPackage>,
  { columns }: Pick<ExportTable, 'columns'>,
): readonly (readonly [name: string, text: string])[] {
  const { daoyu, created, sources } = description;
  return [
    ['时区 time zone', 'Asia/Shanghai (+08:00)'],
    ['生成 created', created],
    ['软件 software', `daoyu ${sources[0]?.version ?? ''}`],
    ['时段 period', `${daoyu.from} – ${daoyu.to}`],
    ['数值 values', `${daoyu.values}, quality=${daoyu.quality}`],
    ['完整 complete', `${daoyu.completeness.isComplete}, log position ${daoyu.completeness.log.lastPosition}`],
    ...daoyu.completeness.ledger.map(
      ({ park, device, received, stored, duplicate, quarantined, pending }) =>
        [
          `账目 ledger ${park}.${device}`,
          `received ${received} = stored ${stored} + duplicate ${duplicate} + quarantined ${quarantined} + pending ${pending}`,
        ] as const,
    ),
    ...columns.map(
      ({ name, description: text, field }) =>
        [name, field === undefined ? text : `${field.label.zh} ${field.label.en} [${field.unit}]`] as const,
    ),
  ];
}
