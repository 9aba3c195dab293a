/**
 * Small shared state beside the log: registry, credentials' hashes, quarantine, sessions. Values are JSON. One key at a time: a server has no transaction,
 * so where one key says something of another, whoever puts them orders the puts so that a crash in between leaves what is true.
 */

export interface Item<T = unknown> {
  readonly key: string;
  readonly value: T;
  /** Grows with each put of the key; 0 means the key was never put or was deleted. */
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
  /** Calls for each change below the prefix after it resolves to the function that ends it. */
  watch<T>(prefix: string, onChange: (change: Change<T>) => void): Promise<() => void>;
  /** A consistent copy of its files into an empty folder while it works on; absent where a server keeps them. */
  copyTo?(folder: string): Promise<void>;
  close(): Promise<void>;
}
