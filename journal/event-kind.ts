/** What can be written down: a kind of event is data, a file of `kinds/` lists those of one place. */
import type { Label } from '../sensors/label.ts';

export interface EventField {
  /** snake_case; the key in `values`. */
  readonly name: string;
  readonly label: Label;
  /** As people write it; absent for texts. */
  readonly unit?: string;
  readonly shape: 'number' | 'text';
  /** Inclusive; beyond it nobody meant it. */
  readonly range?: readonly [min: number, max: number];
  readonly isRequired?: true;
}

export interface EventKind {
  /** snake_case. */
  readonly name: string;
  readonly label: Label;
  /** Sites where it is offered first; `device`: of a device. */
  readonly places: readonly ('pond' | 'paddy' | 'cold_store' | 'vehicle' | 'field' | 'other' | 'device')[];
  /** The first is what is asked in the third tap. */
  readonly fields: readonly EventField[];
  /** Begins or ends the season of its site. */
  readonly season?: 'begin' | 'end';
  /** Readings are disturbed on purpose: alarms of the site (or device) are marked as maintenance for so long, hours. */
  readonly disturbsHours?: number;
  /** What farmOS calls such a log, for whoever passes it on. */
  readonly farmosLogType: 'activity' | 'observation' | 'input' | 'harvest' | 'maintenance' | 'medical' | 'seeding';
}
