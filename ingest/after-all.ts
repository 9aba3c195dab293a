/** Waits for all of them: one that is under way may succeed though an earlier one has failed. */
export async function afterAll(promises: readonly Promise<void>[]): Promise<void> {
  const outcomes = await Promise.allSettled(promises);
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}
