/**
 * Processes every item, at most `limit` concurrently, started in their order. After a failure, starts no more items, waits for the
 * running ones, and rejects.
 */
export async function forEachConcurrently<T>(
  limit: number,
  items: readonly T[],
  process: (item: T) => Promise<void>,
): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      try {
        await process(items[next++]!);
      } catch (error) {
        next = items.length;
        throw error;
      }
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: Math.min(limit, items.length) }, worker));
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed) throw failed.reason;
}

/** Like forEachConcurrently, but processes items of the same key one after another, in their order. */
export function forEachInOrderPerKey<T, K>(
  limit: number,
  items: readonly T[],
  keyOf: (item: T) => K,
  process: (item: T) => Promise<void>,
): Promise<void> {
  const last = new Map<K, Promise<void>>();
  return forEachConcurrently(limit, items, (item) => {
    // The item before was started earlier, so waiting for it cannot deadlock.
    const done = (last.get(keyOf(item)) ?? Promise.resolve()).then(() => process(item));
    last.set(keyOf(item), done);
    return done;
  });
}
