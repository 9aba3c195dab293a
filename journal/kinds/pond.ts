/** Events of ponds. */
import type { EventKind } from '../event-kind.ts';
import { kilograms, number, required, text } from './shared.ts';

const places = ['pond'] as const;

export const pondEvents: readonly EventKind[] = [
  {
    name: 'feeding',
    label: { zh: '投喂', en: 'feeding' },
    places,
    fields: [kilograms('投喂量', 'feed', 5000), text('feed', '饲料', 'which feed')],
    farmosLogType: 'input',
  },
  {
    name: 'stocking',
    label: { zh: '放苗', en: 'stocking' },
    places,
    fields: [
      required(number('count', '数量', 'number', '只', [1, 1e8])),
      number('gram_each', '规格', 'size', 'g/只', [0, 5000]),
      text('species', '品种', 'species'),
    ],
    season: 'begin',
    farmosLogType: 'seeding',
  },
  {
    name: 'sampling',
    label: { zh: '打样', en: 'sampling' },
    places,
    fields: [
      required(number('gram_each', '平均规格', 'mean size', 'g/只', [0, 5000])),
      number('count', '只数', 'number', '只', [1, 10_000]),
    ],
    farmosLogType: 'observation',
  },
  {
    name: 'mortality',
    label: { zh: '死亡', en: 'mortality' },
    places,
    fields: [required(number('count', '数量', 'number', '只', [0, 1e8])), text('cause', '原因', 'cause')],
    farmosLogType: 'observation',
  },
  {
    name: 'liming',
    label: { zh: '泼石灰', en: 'liming' },
    places,
    fields: [kilograms('用量', 'amount', 50_000), text('product', '品名', 'product')],
    farmosLogType: 'input',
  },
  {
    name: 'medication',
    label: { zh: '用药', en: 'medication' },
    places,
    fields: [
      required(text('product', '药品', 'product')),
      number('dose', '用量', 'dose', 'g/亩', [0, 100_000]),
      required(number('withdrawal_days', '休药期', 'withdrawal', '天', [0, 365])),
    ],
    farmosLogType: 'medical',
  },
  {
    name: 'water_exchange',
    label: { zh: '换水', en: 'water exchange' },
    places,
    fields: [number('mm', '换水深度', 'depth exchanged', 'mm', [0, 3000])],
    disturbsHours: 2,
    farmosLogType: 'activity',
  },
  {
    name: 'harvest',
    label: { zh: '起捕', en: 'harvest' },
    places,
    fields: [kilograms('产量', 'yield', 1e6)],
    season: 'end',
    farmosLogType: 'harvest',
  },
  {
    name: 'secchi',
    label: { zh: '手测透明度', en: 'Secchi depth by hand' },
    places,
    fields: [required(number('cm', '透明度', 'Secchi depth', 'cm', [0, 300]))],
    farmosLogType: 'observation',
  },
];
