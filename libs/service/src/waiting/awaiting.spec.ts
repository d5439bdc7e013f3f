import { describe, expect, it } from '@jest/globals';
import type { Timers } from '@tradewind/kernel';
import { PollingAwaiting, type Changed } from './polling-awaiting.js';

/** Time that passes when it is told to. */
class HandTimers implements Timers {
  #now = 0;
  readonly #calls = new Set<{ at: number; call: () => void }>();

  after(milliseconds: number, call: () => void): () => void {
    const entry = { at: this.#now + milliseconds, call };
    this.#calls.add(entry);
    return () => void this.#calls.delete(entry);
  }

  wait(milliseconds: number): Promise<void> {
    return new Promise((resolve) => this.after(milliseconds, resolve));
  }

  get idle(): boolean {
    return this.#calls.size === 0;
  }

  async pass(milliseconds: number): Promise<void> {
    await settled();
    const until = this.#now + milliseconds;
    for (;;) {
      const next = [...this.#calls].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#now = next.at;
      this.#calls.delete(next);
      next.call();
      await settled();
    }
    this.#now = until;
    await settled();
  }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const aWaitingRoom = () => {
  const timers = new HandTimers();
  const rows = new Map<string, string>();
  const looks: string[][] = [];
  let commit: (changes: readonly Changed[]) => void = () => undefined;
  const awaiting = new PollingAwaiting(timers, (listener) => (commit = listener));
  const probe = (keys: string[]): Promise<Map<string, string>> => {
    looks.push(keys);
    return Promise.resolve(new Map(keys.filter((key) => rows.has(key)).map((key) => [key, rows.get(key)!])));
  };
  return { timers, rows, looks, awaiting, probe, commit: (changes: readonly Changed[]) => commit(changes) };
};

describe('waiting for a row', () => {
  it('answers at once where it is there', async () => {
    const { awaiting, rows, probe, timers } = aWaitingRoom();
    rows.set('a', 'here');
    expect(await awaiting.until('orders', 'a', probe, 2_000)).toBe('here');
    expect(timers.idle).toBe(true);
  });

  it('looks once even where there is no time', async () => {
    const { awaiting, rows, probe, timers } = aWaitingRoom();
    rows.set('a', 'here');
    const answer = awaiting.until('orders', 'a', probe, 0);
    await timers.pass(0);
    expect(await answer).toBe('here');
  });

  it('answers undefined when the time is over, and no timer is left', async () => {
    const { awaiting, probe, timers, looks } = aWaitingRoom();
    const answer = awaiting.until('orders', 'a', probe, 450);
    await timers.pass(450);
    expect(await answer).toBeUndefined();
    expect(looks).toHaveLength(5);
    expect(timers.idle).toBe(true);
  });

  it('is woken by a commit of that table and key', async () => {
    const { awaiting, rows, probe, commit, looks } = aWaitingRoom();
    const answer = awaiting.until('orders/outcome', 'a', probe, 2_000);
    await settled();
    commit([
      { table: 'orders', key: 'b' },
      { table: 'carts', key: 'a' },
    ]);
    await settled();
    expect(looks).toHaveLength(1);
    rows.set('a', 'done');
    commit([{ table: 'orders', key: 'a' }]);
    expect(await answer).toBe('done');
  });
});

describe('many who wait', () => {
  it('share one look every 100 ms', async () => {
    const { awaiting, rows, probe, timers, looks } = aWaitingRoom();
    const answers = ['a', 'b', 'c', 'a'].map((key) => awaiting.until('orders', key, probe, 2_000));
    await timers.pass(100);
    expect(looks.at(-1)?.sort()).toEqual(['a', 'b', 'c']);
    for (const key of ['a', 'b', 'c']) rows.set(key, key);
    await timers.pass(100);
    expect(await Promise.all(answers)).toEqual(['a', 'b', 'c', 'a']);
    expect(timers.idle).toBe(true);
  });

  it('all hear of a failed look, and the next one asks anew', async () => {
    const { awaiting, rows, probe } = aWaitingRoom();
    const failing = (): Promise<Map<string, string>> => Promise.reject(new Error('database away'));
    const answers = await Promise.allSettled(['a', 'b'].map((key) => awaiting.until('orders', key, failing, 2_000)));
    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    rows.set('a', 'here');
    expect(await awaiting.until('orders', 'a', probe, 2_000)).toBe('here');
  });

  it('are all let go at shutdown', async () => {
    const { awaiting, probe, timers } = aWaitingRoom();
    const answers = ['a', 'b'].map((key) => awaiting.until('orders', key, probe, 10_000));
    await settled();
    awaiting.end();
    expect(await Promise.all(answers)).toEqual([undefined, undefined]);
    await settled();
    expect(timers.idle).toBe(true);
  });
});
