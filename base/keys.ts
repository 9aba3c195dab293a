/** Keys of maps and records. Ids hold no slash, so each is unambiguous; keys in stored data have these forms too and must not change. */

export function deviceKey(park: string, device: string): string {
  return `${park}/${device}`;
}

export function siteKey(park: string, site: string): string {
  return `${park}/${site}`;
}

/** Of a device's newest values. */
export function latestKey(park: string, device: string, kind: string): string {
  return `${park}/${device}/${kind}`;
}
