/** One device of a fleet, as the credentials file names it. */
import type { Polygon } from '../sensors/polygon.ts';
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
  /** For fields: days by which the rice is later than the county's average; absent: up to five, drawn from the seed. */
  readonly lateDays?: number;
  /** For fields: the outline that drones fly over; absent: one around its position. */
  readonly boundary?: Polygon;
  readonly mapping?: SenderMapping;
}
