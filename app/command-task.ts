/** Command tasks that one process at a time runs: replies, expiries and resends. */
import { sendLive } from '../cluster/downlink.ts';
import type { Task } from '../cluster/task-assignment.ts';
import { COMMAND_TASK, startCommandTask } from '../commands/command-task.ts';
import type { Services } from './services.ts';

export function commandTask({ bus, kv, pubsub, presence, clock, monotonic, log }: Services): Task {
  const tell = sendLive(pubsub, presence);
  const isConnected = presence.isConnected;
  return { name: COMMAND_TASK, start: () => startCommandTask({ bus, kv, tell, isConnected, clock, monotonic, log }) };
}
