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
  /** Of a field, by how many days its rice is later than the county's middle; absent: up to five, by chance. */
  readonly lateDays?: number;
  /** Of a field, what is flown over; absent: one of our own around its position. */
  readonly boundary?: Polygon;
  readonly mapping?: SenderMapping;
}
