import { describe, expect, it } from '@jest/globals';
import { QueueFull, ConcurrencyLimit } from './concurrency-limit.js';

/** Tasks that the test completes. */
const tasks = (): { start: () => Promise<number>; running: () => number; endFirst: () => void } => {
  const ends: (() => void)[] = [];
  let started = 0;
  return {
    start: async () => {
      const number = ++started;
      await new Promise<void>((resolve) => ends.push(resolve));
      return number;
    },
    running: () => ends.length,
    endFirst: () => ends.shift()?.(),
  };
};

describe('more tasks than may run at once', () => {
  it('wait in the order of their arrival', async () => {
    const limit = new ConcurrencyLimit(2, 2);
    const { start, running, endFirst } = tasks();
    const all = Promise.all([limit.run(start), limit.run(start), limit.run(start)]);
    expect(running()).toBe(2);
    endFirst();
    await expect(Promise.race([all, Promise.resolve('third waits')])).resolves.toBe('third waits');
    endFirst();
    endFirst();
    expect(await all).toEqual([1, 2, 3]);
  });
  it('are rejected at once when the queue is full', async () => {
    const limit = new ConcurrencyLimit(1, 1);
    const { start, endFirst } = tasks();
    const first = limit.run(start);
    const second = limit.run(() => Promise.resolve('second'));
    await expect(limit.run(start)).rejects.toBeInstanceOf(QueueFull);
    endFirst();
    expect([await first, await second]).toEqual([1, 'second']);
  });
});

describe('a task that fails', () => {
  it('lets the next one run', async () => {
    const limit = new ConcurrencyLimit(1, 1);
    const failed = limit.run(() => Promise.reject(new Error('no')));
    const next = limit.run(() => Promise.resolve('next'));
    await expect(failed).rejects.toThrow('no');
    await expect(next).resolves.toBe('next');
  });
});
