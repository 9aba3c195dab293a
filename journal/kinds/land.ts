/** Events of paddies, fields and orchards. */
import type { EventKind } from '../event-kind.ts';
import { kilograms, number, required, text } from './shared.ts';

const places = ['paddy', 'field', 'other'] as const;

export const landEvents: readonly EventKind[] = [
  {
    name: 'sowing',
    label: { zh: '播种/栽插', en: 'sowing or transplanting' },
    places: ['paddy', 'field'],
    fields: [text('variety', '品种', 'variety'), number('kg_per_mu', '亩用种', 'seed', 'kg/亩', [0, 50])],
    season: 'begin',
    farmosLogType: 'seeding',
  },
  {
    name: 'irrigation',
    label: { zh: '灌水', en: 'irrigation' },
    places,
    fields: [number('mm', '灌水深度', 'depth', 'mm', [0, 500])],
    farmosLogType: 'activity',
  },
  {
    name: 'drainage',
    label: { zh: '排水/晒田', en: 'drainage' },
    places: ['paddy'],
    fields: [],
    farmosLogType: 'activity',
  },
  {
    name: 'fertiliser',
    label: { zh: '施肥', en: 'fertiliser' },
    places,
    fields: [kilograms('用量', 'amount', 50_000), text('product', '品名', 'product')],
    farmosLogType: 'input',
  },
  {
    name: 'spraying',
    label: { zh: '喷药', en: 'spraying' },
    places,
    fields: [
      required(text('product', '药品', 'product')),
      number('dose', '用量', 'dose', 'g/亩', [0, 10_000]),
      required(number('safety_days', '安全间隔期', 'safety interval', '天', [0, 365])),
    ],
    farmosLogType: 'input',
  },
  {
    name: 'heading',
    label: { zh: '齐穗', en: 'heading' },
    places: ['paddy', 'field'],
    fields: [],
    farmosLogType: 'observation',
  },
  {
    name: 'crop_harvest',
    label: { zh: '收割/采收', en: 'harvest' },
    places,
    fields: [kilograms('产量', 'yield', 1e6), number('moisture', '水分', 'moisture', '%', [5, 45])],
    season: 'end',
    farmosLogType: 'harvest',
  },
];
