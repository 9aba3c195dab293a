/** The kinds of event that can be recorded. A kind is data; each file of `kinds/` lists those of one type of place. */
import type { Label } from '../sensors/label.ts';

export interface EventField {
  /** snake_case; the key in `values`. */
  readonly name: string;
  readonly label: Label;
  /** Unit as people write it; absent for texts. */
  readonly unit?: string;
  readonly shape: 'number' | 'text';
  /** Inclusive; a value outside is a mistake. */
  readonly range?: readonly [min: number, max: number];
  readonly isRequired?: true;
}

export interface EventKind {
  /** snake_case. */
  readonly name: string;
  readonly label: Label;
  /** Types of site where it is offered first; `device`: on the page of a device. */
  readonly places: readonly ('pond' | 'paddy' | 'cold_store' | 'vehicle' | 'field' | 'other' | 'device')[];
  /** The first is the one the page asks for in the third tap. */
  readonly fields: readonly EventField[];
  /** Starts or ends the season of its site. */
  readonly season?: 'begin' | 'end';
  /** Disturbs readings on purpose: alarms of the site (or device) count as maintenance for this long, hours. */
  readonly disturbsHours?: number;
  /** The farmOS log type, for export. */
  readonly farmosLogType: 'activity' | 'observation' | 'input' | 'harvest' | 'maintenance' | 'medical' | 'seeding';
}
