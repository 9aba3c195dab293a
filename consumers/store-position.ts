/** Checks that store and log fit: a store that was restored, deleted or truncated resumes at its own position, if the log still goes back that far. */
import { DaoyuError } from '../base/errors.ts';
import type { Bus } from '../bus/bus.ts';
import type { Kv } from '../kv/kv.ts';

/** The store's position, noted outside of the store. */
export interface PositionNote {
  read(): Promise<number>;
  /** Written periodically: a slightly older position is good enough. */
  passed(position: number): void;
  close(): Promise<void>;
}

export interface Alignment {
  readonly bus: Pick<Bus, 'consume' | 'forget' | 'status'>;
  readonly name: string;
  readonly subjects: readonly string[];
  readonly progress: { readonly position: number };
  readonly note: PositionNote;
  /** Continues behind a gap that neither the store nor the log holds. */
  readonly acceptsGap: boolean;
}

const NOTE_EVERY_MS = 5000;

/**
 * Makes the durable consumer of the log resume behind the position of the store. Rejects with `STORE_BEHIND` when entries that the store had
 * taken, and has no more, are gone from the log.
 */
export async function alignWithStore({ bus, name, subjects, progress, note, acceptsGap }: Alignment): Promise<void> {
  const { firstPosition, consumers } = await bus.status();
  const taken = consumers.find((consumer) => consumer.name === name)?.position;
  const { position } = progress;
  // Behind its consumer it may also be because what lay between were entries of others: those are read again for nothing.
  if (taken === undefined || taken <= position) return;
  const known = await note.read();
  if (known > position && firstPosition > position + 1 && !acceptsGap) {
    throw new DaoyuError(
      'STORE_BEHIND',
      `the store ends at position ${position} but had taken ${known}, and the log begins at ${firstPosition}: what lies between is in neither. Put the newer store back (stop, copy, start), or set DAOYU_STORE_GAP=accept to go on without it; until then readings wait in the log`,
    );
  }
  await bus.forget(name);
  const consumption = await bus.consume({ name, subjects, from: { after: Math.max(position, firstPosition - 1) } });
  await consumption.close();
}

export function openPositionNote(kv: Pick<Kv, 'get' | 'put'>, writer: string): PositionNote {
  const key = `writers/${writer}`;
  let latest = 0;
  let written = 0;
  let writing: Promise<void> = Promise.resolve();

  function write(): void {
    if (latest === written) return;
    const position = latest;
    writing = kv.put(key, { position }).then(
      () => {
        written = position;
      },
      () => undefined, // The next write will do.
    );
  }

  const timer = setInterval(write, NOTE_EVERY_MS);
  timer.unref();
  return {
    async read() {
      const item = await kv.get<{ readonly position: number }>(key);
      return item?.value.position ?? 0;
    },
    passed(position) {
      latest = position;
    },
    async close() {
      clearInterval(timer);
      await writing;
      write();
      await writing;
    },
  };
}
