/** One device of a fleet, as the credentials file names it. */
import type { SenderMapping } from './vendor-format.ts';

export interface FleetMember {
  readonly park: string;
  readonly site: string;
  readonly device: string;
  readonly password: string;
  readonly kind: string;
  readonly intervalMs: number;
  readonly profile?: string;
  readonly siteType?: string;
  readonly latitude?: number;
  readonly longitude?: number;
  readonly mapping?: SenderMapping;
}
