/** Plausible demo sites. Coordinates lie within the county but were not surveyed: the operator sets the true ones. */
import type { Site, SiteType } from '../registry/registry.ts';

function site(
  id: string,
  zh: string,
  en: string,
  type: SiteType,
  profile: string,
  latitude: number,
  longitude: number,
  park = 'daoyu',
): Site {
  return { park, id, label: { zh, en }, type, profile, latitude, longitude };
}

export const sites: readonly Site[] = [
  site('zhuxi-pond-1', '任市竹溪 1 号塘', 'Zhuxi pond 1, Renshi', 'pond', 'crab_pond', 31.021, 107.952),
  site('zhuxi-pond-2', '任市竹溪 2 号塘', 'Zhuxi pond 2, Renshi', 'pond', 'crab_pond', 31.0215, 107.9531),
  site('zhuxi-pond-3', '任市竹溪 3 号塘', 'Zhuxi pond 3, Renshi', 'pond', 'crab_pond', 31.0221, 107.9544),
  site(
    'sanqingmiao-reference',
    '三清庙博士工作站参照塘',
    'Sanqingmiao reference pond',
    'pond',
    'crab_pond',
    31.064,
    107.901,
  ),
  site('sanqingmiao-seedling', '三清庙苗种塘', 'Sanqingmiao seedling pond', 'pond', 'seedling', 31.0645, 107.9018),
  site('gantang-pond-1', '甘棠 1 号虾塘', 'Gantang crayfish pond 1', 'pond', 'crayfish_pond', 31.008, 107.934),
  site('gantang-pond-2', '甘棠 2 号虾塘', 'Gantang crayfish pond 2', 'pond', 'crayfish_pond', 31.009, 107.9355),
  site('guangfu-pond-1', '广福 1 号蟹塘', 'Guangfu crab pond 1', 'pond', 'crab_pond', 30.973, 107.963),
  site('zhuxi-paddy-1', '任市竹溪稻蟹田', 'Zhuxi rice–crab field', 'paddy', 'rice_field', 31.0231, 107.9561),
  site('gantang-paddy-1', '甘棠 1 号田', 'Gantang paddy 1', 'paddy', 'paddy_awd', 31.0102, 107.937),
  site('gantang-paddy-2', '甘棠 2 号田', 'Gantang paddy 2', 'paddy', 'paddy_awd', 31.0111, 107.9382),
  site('guangfu-paddy-1', '广福 1 号田', 'Guangfu paddy 1', 'paddy', 'paddy_awd', 30.9741, 107.9652),
  site('changling-paddy-1', '长岭 1 号田', 'Changling paddy 1', 'paddy', 'paddy_awd', 30.9462, 107.9873),
  site('changling-paddy-2', '长岭稻虾田', 'Changling rice–crayfish field', 'paddy', 'rice_crayfish', 30.9471, 107.9884),
  site('puan-paddy-1', '普安 1 号田', "Pu'an paddy 1", 'paddy', 'paddy_awd', 31.115, 107.842, 'guoshu'),
  site(
    'logistics-chilled-1',
    '物流园冰鲜库',
    'Logistics park chilled store',
    'cold_store',
    'chilled_fish',
    31.0801,
    107.8751,
  ),
  site(
    'logistics-frozen-1',
    '物流园冷冻库',
    'Logistics park frozen store',
    'cold_store',
    'frozen_fish',
    31.0803,
    107.8754,
  ),
  site(
    'logistics-crab-1',
    '物流园活蟹暂养库',
    'Logistics park live-crab store',
    'cold_store',
    'live_crab',
    31.0805,
    107.8757,
  ),
  site('reefer-1', '冷藏车 1（活蟹）', 'Reefer 1 (live crab)', 'vehicle', 'live_crab', 31.08, 107.88),
  site('reefer-2', '冷藏车 2（冷冻）', 'Reefer 2 (frozen)', 'vehicle', 'frozen_fish', 31.08, 107.88),
  site('huilong-fruit-store', '回龙果蔬冷库', 'Huilong fruit store', 'cold_store', 'fruit', 31.14, 107.83, 'guoshu'),
  site('renshi-field-a', '任市飞播 A 区', 'Renshi seeding field A', 'field', 'drone_seeding', 31.0262, 107.9583),
  site('changling-field-b', '长岭飞播 B 区', 'Changling seeding field B', 'field', 'drone_seeding', 30.9491, 107.9901),
];
