/** Readings on disk until they are acknowledged: a file each message, so that a crash in the middle of a write spoils that one alone. */
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

export interface Message {
  readonly name: string;
  readonly text: string;
  /** It was on its way before: sent again, it carries DUP. */
  readonly isSent: boolean;
}

export interface Queue {
  /** On the disk when it returns. The oldest gives way when there is no room. */
  append(text: string): void;
  oldest(): Message | undefined;
  markSent(message: Message): void;
  acknowledge(message: Message): void;
  /** Resolves when there is something in it, or the signal ends the wait. */
  filled(signal: AbortSignal): Promise<void>;
}

const DIGITS = 12;

export function openQueue(folder: string, most: number): Queue {
  mkdirSync(folder, { recursive: true });
  // What a crash left half-written has another ending.
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort();
  const sent = new Set<string>();
  const waiting = new Set<() => void>();
  let next = Number(names.at(-1)?.slice(0, DIGITS) ?? 0) + 1;

  return {
    append(text) {
      const name = `${String(next++).padStart(DIGITS, '0')}.json`;
      const path = join(folder, name);
      const file = openSync(`${path}.part`, 'w');
      writeSync(file, text);
      fsyncSync(file);
      closeSync(file);
      renameSync(`${path}.part`, path);
      names.push(name);
      if (names.length > most) rmSync(join(folder, names.shift() ?? ''), { force: true });
      for (const wake of [...waiting]) wake();
    },
    oldest() {
      const [name] = names;
      return name === undefined
        ? undefined
        : { name, text: readFileSync(join(folder, name), 'utf8'), isSent: sent.has(name) };
    },
    markSent: ({ name }) => void sent.add(name),
    acknowledge({ name }) {
      const index = names.indexOf(name);
      if (index >= 0) names.splice(index, 1);
      sent.delete(name);
      rmSync(join(folder, name), { force: true });
    },
    filled: (signal) =>
      new Promise((resolve) => {
        const wake = () => {
          waiting.delete(wake);
          signal.removeEventListener('abort', wake);
          resolve();
        };
        waiting.add(wake);
        signal.addEventListener('abort', wake);
      }),
  };
}
