/**
 * Small shared state beside the log: registry, credentials' hashes, quarantine, sessions. Values are JSON. Only one key changes at a time, because a server has no transactions:
 * where one key refers to another, order the puts so that a crash in between leaves a true state.
 */

export interface Item<T = unknown> {
  readonly key: string;
  readonly value: T;
  /** Increases with each put of the key; 0 means that the key was never put or was deleted. */
  readonly revision: number;
}

export interface ListOptions {
  /** Keys at or behind this one (before it when `reverse`), exclusive: for paging. */
  readonly after?: string;
  readonly limit?: number;
  /** Newest key first. */
  readonly reverse?: boolean;
}

export interface Change<T = unknown> {
  readonly key: string;
  /** Absent when the key was deleted. */
  readonly item?: Item<T>;
}

export interface Kv {
  get<T>(key: string): Promise<Item<T> | undefined>;
  /** Durable when it resolves, with the new revision. With `expected`, rejects with `STATE_CONFLICT` unless that is the current revision (0: absent). */
  put(key: string, value: unknown, expected?: number): Promise<number>;
  delete(key: string): Promise<void>;
  /** In the order of the keys (code points). */
  list<T>(prefix: string, options?: ListOptions): AsyncIterable<Item<T>>;
  /** Calls back for each change below the prefix once it resolves; resolves to the function that stops it. */
  watch<T>(prefix: string, onChange: (change: Change<T>) => void): Promise<() => void>;
  /** A consistent copy of its files into an empty folder while it works on; absent where a server keeps them. */
  copyTo?(folder: string): Promise<void>;
  close(): Promise<void>;
}
