/**
 * Keeps the engine's state in the shared state, at one position of the log. What changed since it was last put away goes into the journal, together with
 * the position: one put decides, so it is there or not. When the journal has grown, its cells go to keys of their own before the next one.
 */
import { randomUUID } from 'node:crypto';
import type { Kv } from '../kv/kv.ts';
import { cellNamed, newState, restoreState, type State } from './state.ts';

const PREFIX = 'alarms/engine/';
const JOURNAL = `${PREFIX}journal`;
const CELLS = `${PREFIX}cell/`;
const PARTS = `${PREFIX}part/`;
/** The whole journal is put again with each group of entries: a small one costs little. */
const MAX_JOURNAL_CHARS = 64 * 1024;
/** A value of NATS' key-value store holds 1 MB at most, and a character up to three bytes. */
const MAX_PART_CHARS = 300 * 1024;
const AT_ONE_TIME = 64;

type Cells = Readonly<Record<string, unknown>>;

interface Journal {
  readonly position: number;
  /** `null`: removed. They go before those of their own keys. */
  readonly cells: Cells;
  /** Keys of more cells, when one value cannot hold them. */
  readonly parts?: readonly string[];
}

export interface Snapshot {
  readonly state: State;
  /** Entries up to here are in the state. */
  readonly position: number;
  /** Durable when it resolves. Rejects with `STATE_CONFLICT` when another process went on in our place. */
  keep(position: number): Promise<void>;
}

export async function openSnapshot(kv: Pick<Kv, 'get' | 'put' | 'delete' | 'list'>): Promise<Snapshot> {
  const found = await kv.get<Journal>(JOURNAL);
  const journaled = new Map(Object.entries(found?.value.cells ?? {}));
  let parts = found?.value.parts ?? [];
  for (const key of parts) {
    for (const [name, value] of Object.entries((await kv.get<Cells>(key))?.value ?? {})) journaled.set(name, value);
  }
  const revisions = new Map<string, number>();
  const cells = new Map<string, unknown>();
  for await (const { key, value, revision } of kv.list(CELLS)) {
    cells.set(key.slice(CELLS.length), value);
    revisions.set(key, revision);
  }
  for (const [name, value] of journaled) {
    if (value === null) cells.delete(name);
    else cells.set(name, value);
  }
  for await (const { key } of kv.list(PARTS)) if (!parts.includes(key)) await kv.delete(key);

  const state = found === undefined ? newState() : restoreState(cells);
  const run = randomUUID();
  let revision = found?.revision ?? 0;
  let count = 0;
  /** Cells of the journal that have no up-to-date key of their own, with their size. */
  let pending = new Map([...journaled].map(([name, value]) => [name, JSON.stringify(value).length]));

  const cellValue = (name: string): unknown => cellNamed(state, name) ?? null;

  /** Guarded like the journal: who was frozen and wakes up writes nothing over what is newer. Until the next journal is put, this one goes before them. */
  async function unload(names: readonly string[]): Promise<void> {
    for (let start = 0; start < names.length; start += AT_ONE_TIME) {
      await Promise.all(names.slice(start, start + AT_ONE_TIME).map(unloadCell));
    }
  }

  async function unloadCell(name: string): Promise<void> {
    const key = CELLS + name;
    const value = cellValue(name);
    if (value === null) {
      await kv.delete(key);
      revisions.delete(key);
      return;
    }
    revisions.set(key, await kv.put(key, value, revisions.get(key) ?? 0));
  }

  async function putJournal(position: number, sizes: ReadonlyMap<string, number>): Promise<void> {
    const [first = [], ...others] = chunksOf(sizes);
    const before = parts;
    const cellsOf = (names: readonly string[]): Cells =>
      Object.fromEntries(names.map((name) => [name, cellValue(name)]));
    count += 1;
    parts = others.map((_, index) => `${PARTS}${run}/${count}/${index}`);
    for (const [index, key] of parts.entries()) await kv.put(key, cellsOf(others[index] ?? []));
    const journal: Journal = { position, cells: cellsOf(first), ...(parts.length > 0 && { parts }) };
    revision = await kv.put(JOURNAL, journal, revision);
    for (const key of before) await kv.delete(key);
  }

  return {
    state,
    position: found?.value.position ?? 0,
    async keep(position) {
      const changed = new Map([...state.dirty].map((name) => [name, JSON.stringify(cellValue(name)).length]));
      if (pending.size > 0 && sum(pending) + sum(changed) > MAX_JOURNAL_CHARS) {
        await unload([...pending.keys()]);
        pending = new Map();
      }
      const next = new Map([...pending, ...changed]);
      await putJournal(position, next);
      pending = next;
      state.dirty.clear();
    },
  };
}

const sum = (sizes: ReadonlyMap<string, number>) => [...sizes.values()].reduce((total, size) => total + size, 0);

function chunksOf(sizes: ReadonlyMap<string, number>): string[][] {
  const chunks: string[][] = [[]];
  let chars = 0;
  for (const [name, size] of sizes) {
    if (chars > 0 && chars + size > MAX_PART_CHARS) {
      chunks.push([]);
      chars = 0;
    }
    chars += size;
    chunks.at(-1)?.push(name);
  }
  return chunks;
}
