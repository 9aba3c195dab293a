/** Appends the time and the registry to the log, so that every replay evaluates the same inputs. Runs in one process at a time. */
import { codeOf } from '../base/errors.ts';
import type { Log } from '../base/logger.ts';
import { subjects } from '../base/topics.ts';
import type { Bus, Entry } from '../bus/bus.ts';
import type { ClockEntry, PlatformReport, RegistryEntry } from '../bus/events.ts';
import type { Registry } from '../registry/registry.ts';

export const CLOCK_EVERY_MS = 5000;
/** Registry changes are appended before the next tick, so that a new device is evaluated from its first reading on. */
const LOOK_EVERY_MS = 250;
/** NATS rejects messages above 1 MB. */
const MAX_PART_BYTES = 400 * 1024;

export interface ClockWriterOptions {
  readonly bus: Pick<Bus, 'append'>;
  readonly registry: Pick<Registry, 'parks' | 'sites' | 'devices' | 'profiles' | 'watch'>;
  readonly log: Log;
  readonly clock: () => number;
  readonly report?: () => Promise<PlatformReport>;
}

type Noun = 'parks' | 'sites' | 'devices' | 'profiles';
type Item = readonly [noun: Noun, value: object];

/** Resolves once the whole registry and the first tick are on the log, or the first attempt has failed. */
export async function startClockWriter(options: ClockWriterOptions): Promise<{ close(): Promise<void> }> {
  const { bus, registry, log, clock, report } = options;
  /** Records already on the log, compared by identity: the registry replaces what changes. */
  let known = new Set<object>();
  let isFailing = false;
  let running: Promise<void> | undefined;
  let ticksAt = 0;
  let isBegun = false;
  /** Whether the registry may hold records that are not on the log. */
  let isChanged = true;

  async function write(): Promise<void> {
    const isDue = clock() >= ticksAt || clock() < ticksAt - CLOCK_EVERY_MS;
    if (!isChanged && !isDue) return;
    isChanged = false;
    const items = itemsOf(registry);
    const changed = items.filter(([, value]) => !known.has(value));
    if (changed.length === 0 && !isDue) return;
    // A removal only shows in a full snapshot; it is rare.
    const isWhole = !isBegun || items.length < known.size;
    const entries = isWhole ? wholeOf(items) : changesOf(changed);
    if (isDue) entries.push(await tick());
    await bus.append(entries);
    isBegun = true;
    known = new Set(items.map(([, value]) => value));
    if (isDue) ticksAt = clock() + CLOCK_EVERY_MS;
    if (isFailing) log.info({}, 'the log accepts clock entries again');
    isFailing = false;
  }

  async function tick(): Promise<Entry> {
    const platform = await report?.();
    const entry: ClockEntry = { version: 1, at: clock(), ...(platform && { platform }) };
    return { subject: subjects.clock, data: JSON.stringify(entry) };
  }

  function look(): Promise<void> {
    running ??= write()
      .catch((error: unknown) => {
        isChanged = true;
        if (!isFailing)
          log.warn(
            { code: codeOf(error) },
            'the log rejects clock entries: alarms are not evaluated until it accepts them',
          );
        isFailing = true;
      })
      .finally(() => {
        running = undefined;
      });
    return running;
  }

  const stopWatching = registry.watch(() => {
    isChanged = true;
  });
  await look();
  const timer = setInterval(() => void look(), LOOK_EVERY_MS);
  timer.unref();

  return {
    async close() {
      clearInterval(timer);
      stopWatching();
      await running;
    },
  };
}

function itemsOf(registry: ClockWriterOptions['registry']): readonly Item[] {
  return [
    ...registry.parks().map((value): Item => ['parks', value]),
    ...registry.sites().map((value): Item => ['sites', value]),
    ...registry.profiles().map((value): Item => ['profiles', value]),
    ...registry.devices().map((value): Item => ['devices', value]),
  ];
}

function wholeOf(items: readonly Item[]): Entry[] {
  const parts = partsOf(items);
  return parts.map((part, index) => entryOf({ ...part, part: index + 1, parts: parts.length }));
}

function changesOf(items: readonly Item[]): Entry[] {
  return items.length === 0 ? [] : partsOf(items).map(entryOf);
}

function partsOf(items: readonly Item[]): Partial<Record<Noun, object[]>>[] {
  const parts: Partial<Record<Noun, object[]>>[] = [{}];
  let bytes = 0;
  for (const [noun, value] of items) {
    const shown = withoutSecrets(value);
    const size = JSON.stringify(shown).length;
    if (bytes > 0 && bytes + size > MAX_PART_BYTES) {
      parts.push({});
      bytes = 0;
    }
    bytes += size;
    const part = parts.at(-1) ?? {};
    const list = part[noun] ?? [];
    part[noun] = list;
    list.push(shown);
  }
  return parts;
}

function entryOf(part: Omit<RegistryEntry, 'version'>): Entry {
  return { subject: subjects.registry, data: JSON.stringify({ version: 1, ...part } satisfies RegistryEntry) };
}

const LEFT_OUT = new Set(['passwordHash', 'previousPassword', 'framePasswordHash', 'mapping']);

/** Any program may read the log: leaves out hashes of passwords, and the mapping, which alarms do not need. */
function withoutSecrets(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([name]) => !LEFT_OUT.has(name)));
}
