/** The rules that switch devices, which one process at a time follows. */
import { AUTOMATION_TASK, startAutomationTask } from '../automation/automation-task.ts';
import { createRules } from '../automation/rules.ts';
import { sendLive } from '../cluster/downlink.ts';
import type { Task } from '../cluster/task-assignment.ts';
import { createCommands } from '../commands/commands.ts';
import type { Store } from '../store/store.ts';
import type { Services } from './services.ts';

export function automationTask(services: Services, store: Pick<Store, 'latest'>): Task {
  const { bus, kv, registry, kinds, pubsub, presence, clock, log } = services;
  const commands = createCommands({ bus, kv, tell: sendLive(pubsub, presence), clock, log });
  const rules = createRules({ kv, registry, kinds, store, commands, clock });
  return { name: AUTOMATION_TASK, start: async () => startAutomationTask({ rules, commands, registry, log }) };
}
