/** Chooses what a simulated device measures: the physical model of its kind where there is one, else the generic signal. */
import { DaoyuError } from '../errors.ts';
import type { Kind } from '../sensors/kind.ts';
import type { FleetMember } from './fleet.ts';
import type { Model } from './model.ts';
import { createSignal } from './signal.ts';

export function createModelOf(kinds: ReadonlyMap<string, Kind>): (member: FleetMember) => Model {
  return (member) => {
    const kind = kinds.get(member.kind);
    if (kind === undefined)
      throw new DaoyuError(
        'KIND_UNKNOWN',
        `there is no sensor kind ${member.kind}; known: ${[...kinds.keys()].join(', ')}`,
      );
    return createSignal(kind, `${member.park}.${member.device}`);
  };
}
