/** Messages between the processes of one platform that matter now or never: who is connected where, what to tell a device. */

export interface PubSub {
  /** To whoever listens at this moment, in this process too; at most once, in order of one sender. Dropped while there is no connection. */
  publish(subject: string, message: unknown): void;
  /** Resolves when listening has begun, to what ends it. With a group only one of its members gets a message. */
  subscribe(subject: string, onMessage: (message: unknown) => void, group?: string): Promise<() => void>;
  close(): Promise<void>;
}
