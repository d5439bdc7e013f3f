import type { Timers } from '@tradewind/kernel';

/** What the work gives, or `late` where it takes longer. The work itself goes on; how it ends then, nobody hears. */
export async function within<T, L>(timers: Timers, milliseconds: number, work: Promise<T>, late: L): Promise<T | L> {
  const over = new AbortController();
  try {
    return await Promise.race([work, timers.wait(milliseconds, over.signal).then(() => late)]);
  } finally {
    over.abort();
  }
}
