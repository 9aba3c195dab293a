/** Who writes into the store: one writer in one process, or one a partition where several processes share the work. */
import { sharedParts } from '../backends.ts';
import type { Config } from '../config.ts';
import { DEFAULT_WRITER } from '../store/store.ts';
import { PARTITIONS, partitionOfSubject, subjectsOfPartition } from '../topics.ts';

export interface WriterPlan {
  readonly name: string;
  /** Absent: everything. */
  readonly subjects?: readonly string[];
}

export interface WritersPlan {
  /** Whether several processes divide them. */
  readonly isShared: boolean;
  readonly writers: readonly WriterPlan[];
  /** Whose an entry of the log is. */
  readonly writerOf: (subject: string) => string;
}

export function planWriters(config: Pick<Config, 'busUrl' | 'storeUrl'>): WritersPlan {
  const { isLogShared, isStoreShared } = sharedParts(config);
  if (!isLogShared || !isStoreShared)
    return { isShared: false, writers: [{ name: DEFAULT_WRITER }], writerOf: () => DEFAULT_WRITER };
  const nameOf = (partition: number) => `${DEFAULT_WRITER}-${partition}`;
  return {
    isShared: true,
    writers: Array.from({ length: PARTITIONS }, (_, partition) => ({
      name: nameOf(partition),
      subjects: subjectsOfPartition(partition),
    })),
    writerOf: (subject) => nameOf(partitionOfSubject(subject)),
  };
}
