/** Answers commands like a device: acts once per id, and answers a repeated command with its outcome (docs/commands.md). */
import { isObject } from '../base/json.ts';
import type { ReplyFault } from './fault.ts';
import type { Model } from './model.ts';

export interface ObedienceOptions {
  readonly model: Pick<Model, 'obey'>;
  /** True time of the current measurement, epoch ms. */
  readonly at: () => number;
  /** The real clock, epoch ms, which expires commands. */
  readonly clock: () => number;
  readonly faultAt?: ((at: number) => ReplyFault | undefined) | undefined;
  readonly reply: (payload: string) => void;
}

export interface Obedience {
  take(name: string, payload: string): void;
  close(): void;
}

interface Outcome {
  readonly state: 'done' | 'failed';
  readonly message?: string;
}

/** Ids kept; beyond it, the oldest are forgotten. */
const REMEMBERED = 500;

export function createObedience({ model, at, clock, faultAt, reply }: ObedienceOptions): Obedience {
  const outcomes = new Map<string, Outcome>();
  const waiting = new Set<NodeJS.Timeout>();

  function act(name: string, value: unknown, expires: unknown): Outcome {
    if (typeof expires === 'number' && expires <= clock()) return { state: 'failed', message: 'it had expired' };
    const isObeyed = faultAt?.(at())?.is === 'idle' || model.obey?.(name, value, at());
    if (isObeyed) return { state: 'done' };
    const problem = isObeyed === undefined ? `there is no ${name} here` : `${name} does not know this order`;
    return { state: 'failed', message: problem };
  }

  function answer(id: string, outcome: Outcome): void {
    const fault = faultAt?.(at());
    const text = JSON.stringify({ id, ...outcome });
    if (fault?.is === 'silent') return;
    if (fault?.is !== 'late') return reply(text);
    const timer = setTimeout(() => {
      waiting.delete(timer);
      reply(text);
    }, fault.seconds * 1000);
    timer.unref();
    waiting.add(timer);
  }

  return {
    take(name, payload) {
      const command = parse(payload);
      if (command === undefined) return;
      const known = outcomes.get(command.id);
      const outcome = known ?? act(name, command.value, command.expires);
      outcomes.set(command.id, outcome);
      const [oldest] = outcomes.keys();
      if (outcomes.size > REMEMBERED && oldest !== undefined) outcomes.delete(oldest);
      answer(command.id, outcome);
    },
    close() {
      for (const timer of waiting) clearTimeout(timer);
      waiting.clear();
    },
  };
}

/** Undefined for a body without an id, which expects no answer. */
function parse(
  payload: string,
): { readonly id: string; readonly value: unknown; readonly expires: unknown } | undefined {
  try {
    const command = JSON.parse(payload) as unknown;
    if (!isObject(command) || typeof command.id !== 'string') return undefined;
    return { id: command.id, value: command.value, expires: command.expires };
  } catch {
    return undefined;
  }
}
