/** Events of devices, cold stores and vehicles. */
import type { EventKind } from '../event-kind.ts';
import { number, required, text } from './shared.ts';

export const deviceEvents: readonly EventKind[] = [
  {
    name: 'cleaning',
    label: { zh: '清洗探头', en: 'probe cleaned' },
    places: ['device'],
    fields: [],
    disturbsHours: 0.5,
    farmosLogType: 'maintenance',
  },
  {
    name: 'calibration',
    label: { zh: '校准', en: 'calibration' },
    places: ['device'],
    fields: [
      required(number('standard', '标准值', 'standard', '', [-1e6, 1e6])),
      required(number('reading', '校准前读数', 'reading before', '', [-1e6, 1e6])),
      required(text('field', '参数', 'field')),
      text('instrument', '标准器编号', 'serial number of the standard'),
    ],
    disturbsHours: 0.5,
    farmosLogType: 'maintenance',
  },
  {
    name: 'battery',
    label: { zh: '换电池', en: 'battery changed' },
    places: ['device'],
    fields: [],
    farmosLogType: 'maintenance',
  },
  {
    name: 'loading',
    label: { zh: '装货', en: 'loading' },
    places: ['cold_store', 'vehicle'],
    fields: [
      number('kg', '重量', 'weight', 'kg', [0, 100_000]),
      number('product_temperature', '货温', 'product temperature', '℃', [-40, 40]),
    ],
    farmosLogType: 'activity',
  },
  {
    name: 'handover',
    label: { zh: '交接', en: 'hand-over' },
    places: ['cold_store', 'vehicle'],
    fields: [
      required(text('to', '接收人', 'taken over by')),
      number('product_temperature', '货温', 'product temperature', '℃', [-40, 40]),
    ],
    farmosLogType: 'activity',
  },
  {
    name: 'defrost',
    label: { zh: '化霜', en: 'defrost' },
    places: ['cold_store', 'vehicle'],
    fields: [],
    disturbsHours: 1,
    farmosLogType: 'maintenance',
  },
  {
    name: 'note',
    label: { zh: '备注', en: 'note' },
    places: ['pond', 'paddy', 'field', 'cold_store', 'vehicle', 'other', 'device'],
    fields: [],
    farmosLogType: 'observation',
  },
];
