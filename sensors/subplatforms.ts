/** The county's subplatforms, which divide dashboards and access. */
import type { Label } from './label.ts';

export const SUBPLATFORMS = {
  smart_rice: { zh: '智慧水稻', en: 'Smart rice' },
  smart_fishery: { zh: '智慧渔业', en: 'Smart fishery' },
  smart_processing: { zh: '智慧加工', en: 'Smart processing' },
  smart_orchard: { zh: '智慧果林', en: 'Smart orchard' },
} as const satisfies Record<string, Label>;
