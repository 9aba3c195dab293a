/** The county's three large parks with their towns, as the 2021 implementation opinion of Kaijiang county names them. */
import type { Park } from '../registry/registry.ts';

const town = (zh: string, en: string) => ({ zh, en });

export const parks: readonly Park[] = [
  {
    id: 'daoyu',
    label: { zh: '稻渔综合种养大园区', en: 'Rice–fish park' },
    towns: [town('甘棠', 'Gantang'), town('任市', 'Renshi'), town('广福', 'Guangfu'), town('长岭', 'Changling')],
  },
  {
    id: 'guoshu',
    label: { zh: '生猪果蔬大园区', en: 'Pig, fruit and vegetable park' },
    towns: [town('回龙', 'Huilong'), town('普安', "Pu'an")],
  },
  {
    id: 'guolin',
    label: { zh: '肉牛果林大园区', en: 'Cattle and orchard park' },
    towns: [town('永兴', 'Yongxing'), town('灵岩', 'Lingyan')],
  },
];
