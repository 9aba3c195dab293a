/** Small shared state beside the log: registry, credentials' hashes, quarantine, sessions. Values are JSON. */

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

export interface State {
  get<T>(key: string): Promise<Item<T> | undefined>;
  /** Durable when it resolves, with the new revision. With `expected`, rejects with `STATE_CONFLICT` unless that is the current revision (0: absent). */
  put(key: string, value: unknown, expected?: number): Promise<number>;
  /** All durable when it resolves; of what has the same key the last. Of one that was cut off (a crash, a rejection) all or nothing is there within one
   * process, any part of it on a server. So it is for what does not hang together and can be put again: where one key says something of another, put them one by one. */
  putAll(items: readonly { readonly key: string; readonly value: unknown }[]): Promise<void>;
  delete(key: string): Promise<void>;
  /** In the order of the keys (code points). */
  list<T>(prefix: string, options?: ListOptions): AsyncIterable<Item<T>>;
  /** Calls for each change below the prefix after it resolves to the function that ends it. */
  watch<T>(prefix: string, onChange: (change: Change<T>) => void): Promise<() => void>;
  close(): Promise<void>;
}
