/** The demo devices. They report every 20 to 60 s, faster than in the field, so that a newcomer sees the page move, and drones every second while they fly. They are registered with their kind's interval. */
import type { Mapping, NewDevice } from '../registry/registry.ts';
import { alink, scaledModbus, thingsBoard } from './mappings.ts';

function device(
  id: string,
  site: string,
  kind: string,
  zh: string,
  en: string,
  intervalSeconds: number,
  mapping?: Mapping,
  park = 'daoyu',
): NewDevice {
  return {
    park,
    site,
    device: id,
    kind,
    label: { zh, en },
    intervalMs: intervalSeconds * 1000,
    ...(mapping && { mapping }),
  };
}

const pond = (id: string, zh: string, en: string, mapping?: Mapping) =>
  device(`${id}-station`, id, 'aquaculture_pond', `${zh}水质站`, `${en} station`, 20, mapping);
const paddy = (id: string, zh: string, en: string, mapping?: Mapping, park?: string) =>
  device(`${id}-level`, id, 'paddy_water', `${zh}水位站`, `${en} level station`, 60, mapping, park);
const cold = (id: string, zh: string, en: string, park?: string) =>
  device(`${id}-logger`, id, 'cold_chain', `${zh}记录仪`, `${en} logger`, 30, undefined, park);

export const devices: readonly NewDevice[] = [
  pond('zhuxi-pond-1', '竹溪 1 号塘', 'Zhuxi pond 1'),
  pond('zhuxi-pond-2', '竹溪 2 号塘', 'Zhuxi pond 2', scaledModbus),
  pond('zhuxi-pond-3', '竹溪 3 号塘', 'Zhuxi pond 3'),
  device(
    'zhuxi-pond-3-deep',
    'zhuxi-pond-3',
    'aquaculture_pond',
    '竹溪 3 号塘底层探头',
    'Zhuxi pond 3 bottom probe',
    30,
  ),
  pond('sanqingmiao-reference', '三清庙参照塘', 'Sanqingmiao reference'),
  pond('sanqingmiao-seedling', '三清庙苗种塘', 'Sanqingmiao seedling'),
  pond('gantang-pond-1', '甘棠 1 号虾塘', 'Gantang pond 1', alink),
  pond('gantang-pond-2', '甘棠 2 号虾塘', 'Gantang pond 2'),
  pond('guangfu-pond-1', '广福 1 号蟹塘', 'Guangfu pond 1'),
  paddy('zhuxi-paddy-1', '竹溪稻蟹田', 'Zhuxi field'),
  paddy('gantang-paddy-1', '甘棠 1 号田', 'Gantang paddy 1', thingsBoard),
  paddy('gantang-paddy-2', '甘棠 2 号田', 'Gantang paddy 2'),
  paddy('guangfu-paddy-1', '广福 1 号田', 'Guangfu paddy 1'),
  paddy('changling-paddy-1', '长岭 1 号田', 'Changling paddy 1'),
  paddy('changling-paddy-2', '长岭稻虾田', 'Changling field'),
  paddy('puan-paddy-1', '普安 1 号田', "Pu'an paddy 1", undefined, 'guoshu'),
  cold('logistics-chilled-1', '冰鲜库', 'Chilled store'),
  cold('logistics-frozen-1', '冷冻库', 'Frozen store'),
  cold('logistics-crab-1', '活蟹暂养库', 'Live-crab store'),
  cold('reefer-1', '冷藏车 1', 'Reefer 1'),
  cold('reefer-2', '冷藏车 2', 'Reefer 2'),
  cold('huilong-fruit-store', '回龙果蔬库', 'Huilong fruit store', 'guoshu'),
  device(
    'renshi-drone-ground',
    'renshi-field-a',
    'drone_seeding',
    '任市无人机地面站',
    'Renshi drone ground station',
    1,
  ),
  device(
    'changling-drone-ground',
    'changling-field-b',
    'drone_seeding',
    '长岭无人机地面站',
    'Changling drone ground station',
    1,
  ),
  device('zhuxi-weather-station', 'zhuxi-weather', 'weather_station', '竹溪气象站', 'Zhuxi weather station', 60),
  device('renshi-dryer-1-plc', 'renshi-dryer-1', 'grain_dryer', '任市 1 号烘干机', 'Renshi dryer 1', 30),
  device(
    'yongxing-orchard-1-soil',
    'yongxing-orchard-1',
    'orchard',
    '永兴墒情站',
    'Yongxing soil station',
    60,
    undefined,
    'guolin',
  ),
];
