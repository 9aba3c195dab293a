/** Transient messages between the processes of a platform: who is connected where, messages to devices. */

export interface PubSub {
  /** To all current subscribers, in this process too; at most once, in order per sender. Dropped while there is no connection. */
  publish(subject: string, message: unknown): void;
  /** Resolves when the subscription is active, to the function that ends it. Within a group only one member gets a message. */
  subscribe(subject: string, onMessage: (message: unknown) => void, group?: string): Promise<() => void>;
  close(): Promise<void>;
}
