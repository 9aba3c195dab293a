/** The writers of the store: one in a single process, or one per partition if several processes share the work. */

import { PARTITIONS, partitionOfSubject, subjectsOfPartition } from '../base/topics.ts';
import { DEFAULT_WRITER } from '../store/store.ts';
import { sharedParts } from './backends.ts';
import type { Config } from './config.ts';

export interface WriterPlan {
  readonly name: string;
  /** Absent: everything. */
  readonly subjects?: readonly string[];
}

export interface WriterPlans {
  /** Whether several processes share them. */
  readonly isShared: boolean;
  readonly writers: readonly WriterPlan[];
  /** The writer that takes an entry. */
  readonly writerOf: (subject: string) => string;
}

export function planWriters(config: Pick<Config, 'busUrl' | 'storeUrl'>): WriterPlans {
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
