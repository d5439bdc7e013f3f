/** Does it to every item, at most so many at once, begun in their order. After a failure no more are begun, and it rejects when those under way have ended. */
export async function atOnce<T>(limit: number, items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      try {
        await act(items[next++]!);
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

/** As atOnce, but items of one owner strictly one after another, in their order. */
export function atOnceInTurn<T, K>(
  limit: number,
  items: readonly T[],
  owner: (item: T) => K,
  act: (item: T) => Promise<void>,
): Promise<void> {
  const last = new Map<K, Promise<void>>();
  return atOnce(limit, items, (item) => {
    // The one before was begun earlier, so waiting for it can't come to a circle.
    const done = (last.get(owner(item)) ?? Promise.resolve()).then(() => act(item));
    last.set(owner(item), done);
    return done;
  });
}
