/** Looks at every active rule every few seconds and sends what it decides as a command. One process at a time; a second one would send the same. */
import { codeOf } from '../base/errors.ts';
import type { Log } from '../base/logger.ts';
import type { Commands } from '../commands/commands.ts';
import type { Registry } from '../registry/registry.ts';
import { AUTOMATIC } from './decide.ts';
import type { Rule } from './rule.ts';
import type { Rules } from './rules.ts';

export const AUTOMATION_TASK = 'automation';
export const EVERY_MS = 2000;
/** The device has this long to act; after that it is asked again if it is still needed. */
const EXPIRES_MS = 60_000;

export interface AutomationTaskOptions {
  readonly rules: Rules;
  readonly commands: Commands;
  readonly registry: Pick<Registry, 'device'>;
  readonly log: Pick<Log, 'info' | 'warn'>;
  /** Shorter in tests. */
  readonly everyMs?: number;
}

export function startAutomationTask(options: AutomationTaskOptions): { close(): Promise<void> } {
  const { rules, commands, registry, log, everyMs = EVERY_MS } = options;
  let running: Promise<void> | undefined;
  let isFailing = false;

  async function follow(rule: Rule): Promise<void> {
    const { park, device, command, version } = rule;
    if (registry.device(park, device) === undefined) return await rules.remove(rule);
    const { standing, wish } = await rules.look(rule);
    if (standing !== 'switching') return;
    const [last] = await commands.list({ park, device }, { limit: 1 });
    const { id } = await commands.send({
      ...{ park, device, name: command, value: { on: wish }, by: AUTOMATIC, expiresInMs: EXPIRES_MS },
      // The same moment seen by two processes is one command.
      idempotencyKey: `automation:${version}:${wish}:${last?.id ?? ''}`,
    });
    log.info({ park, device, command, on: wish, id }, 'switched by its rule');
  }

  async function lookAtAll(): Promise<void> {
    const active = (await rules.all()).filter(({ isActive }) => isActive);
    const outcomes = await Promise.allSettled(active.map(follow));
    const failed = outcomes.find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
  }

  function look(): void {
    running ??= lookAtAll()
      .then(
        () => {
          isFailing = false;
        },
        (error: unknown) => {
          if (!isFailing) log.warn({ code: codeOf(error) }, 'a rule cannot be followed; nothing is switched meanwhile');
          isFailing = true;
        },
      )
      .finally(() => {
        running = undefined;
      });
  }

  const timer = setInterval(look, everyMs);
  timer.unref();
  return {
    async close() {
      clearInterval(timer);
      await running;
    },
  };
}
