/** The sites of a comparison that have no line in a chart: said by name, because a missing line looks like a wrong choice. */
import { siteKey } from '../../../base/keys.ts';
import type { Label } from '../../../sensors/label.ts';

interface OfSite {
  readonly device: { readonly park: string; readonly site: string };
  readonly siteLabel: Label;
}

const keyOf = ({ device }: OfSite) => siteKey(device.park, device.site);

/** None where one site alone is shown: its chart says so itself. */
export function sitesWithoutData(devices: readonly OfSite[], lines: readonly { readonly device: OfSite }[]): Label[] {
  const drawn = new Set(lines.map(({ device }) => keyOf(device)));
  const bySite = new Map(devices.map((each) => [keyOf(each), each.siteLabel]));
  if (bySite.size < 2) return [];
  return [...bySite].filter(([key]) => !drawn.has(key)).map(([, label]) => label);
}
