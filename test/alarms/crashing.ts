/** The engine as its task runs it, on a log and a state that survive, with a process that dies wherever it is told to; and a reader of what it wrote. */
import type { Transition } from '../../alarms/alarm.ts';
import { createEngine, type Entry } from '../../alarms/engine.ts';
import { cellNamed, newState, restoreState, type State } from '../../alarms/state.ts';
import { kinds } from './log.ts';

export interface Plan {
  /** Sizes of the groups, round and round. */
  readonly groups: readonly number[];
  /** For each try of a group, round and round: where the process dies, if it does; of the transitions so many are on the log by then. */
  readonly deaths: readonly (
    | { readonly at: 'append'; readonly after: number }
    | { readonly at: 'keep' }
    | { readonly at: 'acknowledge' }
    | undefined
  )[];
}

export interface Faults {
  /** The control: the state is put away before its transitions are on the log. */
  readonly isStateFirst?: boolean;
}

/** All that is on the log at the end, repeats included. */
export function runCrashing(entries: readonly Entry[], plan: Plan, { isStateFirst = false }: Faults = {}) {
  const written: Transition[] = [];
  let kept = { position: 0, cells: [] as [string, string][] };
  let memory = { position: 0, state: newState() };
  let engine = createEngine({ kinds, state: memory.state });
  let acknowledged = 0;
  let groupIndex = 0;

  function keep(position: number, state: State): void {
    const cells = new Map(kept.cells);
    for (const name of state.dirty) {
      const value = cellNamed(state, name);
      if (value === undefined) cells.delete(name);
      else cells.set(name, JSON.stringify(value));
    }
    state.dirty.clear();
    kept = { position, cells: [...cells] };
  }

  function restart(): void {
    const state = restoreState(kept.cells.map(([name, text]) => [name, JSON.parse(text) as unknown]));
    memory = { position: kept.position, state };
    engine = createEngine({ kinds, state });
  }

  while (acknowledged < entries.length) {
    const size = plan.groups[groupIndex % plan.groups.length] ?? 1;
    const death = plan.deaths[groupIndex % plan.deaths.length];
    groupIndex += 1;
    const group = entries.slice(acknowledged, acknowledged + size);
    const fresh = group.filter(({ position }) => position > memory.position);
    const last = fresh.at(-1)?.position ?? memory.position;
    const transitions = fresh.flatMap((entry) => [...engine.take(entry)]);
    if (isStateFirst) keep(last, memory.state);
    const appended = death?.at === 'append' ? Math.min(death.after, transitions.length) : transitions.length;
    written.push(...transitions.slice(0, appended));
    if (death?.at === 'append' || death?.at === 'keep') {
      restart();
      continue;
    }
    if (!isStateFirst) keep(last, memory.state);
    if (death?.at === 'acknowledge') {
      restart();
      continue;
    }
    memory.position = last;
    acknowledged += group.length;
  }
  return written;
}

/** What a reader takes who remembers the origin of the last one; the control does not. */
export function readOnce(written: readonly Transition[], hasHighWaterMark = true): readonly Transition[] {
  let last = { position: 0, ordinal: -1 };
  return written.filter(({ origin }) => {
    const isNew =
      origin.position > last.position || (origin.position === last.position && origin.ordinal > last.ordinal);
    if (isNew) last = origin;
    return isNew || !hasHighWaterMark;
  });
}
