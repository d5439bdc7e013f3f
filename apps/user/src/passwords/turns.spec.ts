import { describe, expect, it } from '@jest/globals';
import { NoTurnLeft, Turns } from './turns.js';

/** Works that end when they are told to. */
const works = (): { start: () => Promise<number>; running: () => number; endFirst: () => void } => {
  const ends: (() => void)[] = [];
  let begun = 0;
  return {
    start: async () => {
      const number = ++begun;
      await new Promise<void>((resolve) => ends.push(resolve));
      return number;
    },
    running: () => ends.length,
    endFirst: () => ends.shift()!(),
  };
};

describe('more works than may run at once', () => {
  it('wait for their turn, first come, first served', async () => {
    const turns = new Turns(2, 2);
    const { start, running, endFirst } = works();
    const all = Promise.all([turns.take(start), turns.take(start), turns.take(start)]);
    expect(running()).toBe(2);
    endFirst();
    await expect(Promise.race([all, Promise.resolve('third waits')])).resolves.toBe('third waits');
    endFirst();
    endFirst();
    expect(await all).toEqual([1, 2, 3]);
  });
  it('are refused at once when nobody else may wait', async () => {
    const turns = new Turns(1, 1);
    const { start, endFirst } = works();
    const first = turns.take(start);
    const second = turns.take(() => Promise.resolve('second'));
    await expect(turns.take(start)).rejects.toBeInstanceOf(NoTurnLeft);
    endFirst();
    expect([await first, await second]).toEqual([1, 'second']);
  });
});

describe('a work that fails', () => {
  it('gives its turn to the next', async () => {
    const turns = new Turns(1, 1);
    const failed = turns.take(() => Promise.reject(new Error('no')));
    const next = turns.take(() => Promise.resolve('next'));
    await expect(failed).rejects.toThrow('no');
    await expect(next).resolves.toBe('next');
  });
});
