/**
 * Saves the engine's state in the shared state, at one position of the log. Changes since the last save go into the journal together with the position:
 * a single put, so that a save is complete or absent. When the journal has grown, its cells move to keys of their own before the next save.
 */
import { randomUUID } from 'node:crypto';
import type { Kv } from '../kv/kv.ts';
import { cellNamed, newState, restoreState, type State } from './state.ts';

const PREFIX = 'alarms/engine/';
const JOURNAL = `${PREFIX}journal`;
const CELLS = `${PREFIX}cell/`;
const PARTS = `${PREFIX}part/`;
/** The whole journal is written with each save, so it should stay small. */
const MAX_JOURNAL_CHARS = 64 * 1024;
/** A value of NATS' key-value store holds 1 MB at most, and a character up to three bytes. */
const MAX_PART_CHARS = 300 * 1024;
const AT_ONE_TIME = 64;

/** JSON texts, built once however often they are saved; `null`: removed. */
type Cells = Readonly<Record<string, string | null>>;

interface Journal {
  readonly position: number;
  /** They take precedence over the cells under their own keys. */
  readonly cells: Cells;
  /** Keys of further cells, if one value cannot hold all. */
  readonly parts?: readonly string[];
}

export interface Snapshot {
  readonly state: State;
  /** Entries up to here are in the state. */
  readonly position: number;
  /** Durable when it resolves. Rejects with `STATE_CONFLICT` if another process has taken over. */
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
  for await (const { key, value, revision } of kv.list<string>(CELLS)) {
    cells.set(key.slice(CELLS.length), JSON.parse(value));
    revisions.set(key, revision);
  }
  for (const [name, value] of journaled) {
    if (value === null) cells.delete(name);
    else cells.set(name, JSON.parse(value));
  }
  for await (const { key } of kv.list(PARTS)) if (!parts.includes(key)) await kv.delete(key);

  const state = found === undefined ? newState() : restoreState(cells);
  const run = randomUUID();
  let revision = found?.revision ?? 0;
  let count = 0;
  /** Cells of the journal whose own key is out of date. */
  let pending: ReadonlyMap<string, string | null> = journaled;

  function textOf(name: string): string | null {
    const cell = cellNamed(state, name);
    return cell === undefined ? null : JSON.stringify(cell);
  }

  /** Guarded like the journal: a process that was frozen overwrites nothing newer. The current journal takes precedence until the next save. */
  async function unload(texts: ReadonlyMap<string, string | null>): Promise<void> {
    const all = [...texts];
    for (let start = 0; start < all.length; start += AT_ONE_TIME) {
      await Promise.all(all.slice(start, start + AT_ONE_TIME).map(([name, text]) => unloadCell(name, text)));
    }
  }

  async function unloadCell(name: string, text: string | null): Promise<void> {
    const key = CELLS + name;
    if (text === null) {
      await kv.delete(key);
      revisions.delete(key);
      return;
    }
    revisions.set(key, await kv.put(key, text, revisions.get(key) ?? 0));
  }

  async function putJournal(position: number, texts: ReadonlyMap<string, string | null>): Promise<void> {
    const [first = {}, ...others] = chunksOf(texts);
    const before = parts;
    count += 1;
    parts = others.map((_, index) => `${PARTS}${run}/${count}/${index}`);
    for (const [index, key] of parts.entries()) await kv.put(key, others[index]);
    const journal: Journal = { position, cells: first, ...(parts.length > 0 && { parts }) };
    revision = await kv.put(JOURNAL, journal, revision);
    for (const key of before) await kv.delete(key);
  }

  return {
    state,
    position: found?.value.position ?? 0,
    async keep(position) {
      const changed = new Map([...state.dirty].map((name) => [name, textOf(name)]));
      if (pending.size > 0 && sizeOf(pending) + sizeOf(changed) > MAX_JOURNAL_CHARS) {
        await unload(pending);
        pending = new Map();
      }
      const next = new Map([...pending, ...changed]);
      await putJournal(position, next);
      pending = next;
      state.dirty.clear();
    },
  };
}

function sizeOf(texts: ReadonlyMap<string, string | null>): number {
  let total = 0;
  for (const text of texts.values()) total += text?.length ?? 0;
  return total;
}

function chunksOf(texts: ReadonlyMap<string, string | null>): Record<string, string | null>[] {
  const chunks: Record<string, string | null>[] = [{}];
  let chars = 0;
  for (const [name, text] of texts) {
    const size = text?.length ?? 0;
    if (chars > 0 && chars + size > MAX_PART_CHARS) {
      chunks.push({});
      chars = 0;
    }
    chars += size;
    const chunk = chunks.at(-1);
    if (chunk !== undefined) chunk[name] = text;
  }
  return chunks;
}
