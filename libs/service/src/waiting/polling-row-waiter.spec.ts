import { describe, expect, it } from '@jest/globals';
import type { Timers } from '@tradewind/kernel';
import { PollingRowWaiter, type ChangedRow } from './polling-row-waiter.js';

/** Timers that the test advances. */
class ManualTimers implements Timers {
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

  async advance(milliseconds: number): Promise<void> {
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

const aWaiter = () => {
  const timers = new ManualTimers();
  const rows = new Map<string, string>();
  const probes: string[][] = [];
  let commit: (changes: readonly ChangedRow[]) => void = () => undefined;
  const waiter = new PollingRowWaiter(timers, (listener) => (commit = listener));
  const probe = (keys: string[]): Promise<Map<string, string>> => {
    probes.push(keys);
    return Promise.resolve(new Map([...rows].filter(([key]) => keys.includes(key))));
  };
  return { timers, rows, probes, waiter, probe, commit: (changes: readonly ChangedRow[]) => commit(changes) };
};

describe('waiting for a row', () => {
  it('resolves at once when the row exists', async () => {
    const { waiter, rows, probe, timers } = aWaiter();
    rows.set('a', 'here');
    expect(await waiter.waitFor('orders', 'a', probe, 2_000)).toBe('here');
    expect(timers.idle).toBe(true);
  });

  it('probes once even with a timeout of 0', async () => {
    const { waiter, rows, probe, timers } = aWaiter();
    rows.set('a', 'here');
    const answer = waiter.waitFor('orders', 'a', probe, 0);
    await timers.advance(0);
    expect(await answer).toBe('here');
  });

  it('resolves to undefined after the timeout, and leaves no timer', async () => {
    const { waiter, probe, timers, probes } = aWaiter();
    const answer = waiter.waitFor('orders', 'a', probe, 450);
    await timers.advance(450);
    expect(await answer).toBeUndefined();
    expect(probes).toHaveLength(5);
    expect(timers.idle).toBe(true);
  });

  it('is woken by a commit of that table and key', async () => {
    const { waiter, rows, probe, commit, probes } = aWaiter();
    const answer = waiter.waitFor('orders/outcome', 'a', probe, 2_000);
    await settled();
    commit([
      { table: 'orders', key: 'b' },
      { table: 'carts', key: 'a' },
    ]);
    await settled();
    expect(probes).toHaveLength(1);
    rows.set('a', 'done');
    commit([{ table: 'orders', key: 'a' }]);
    expect(await answer).toBe('done');
  });
});

describe('many waiters', () => {
  it('share one probe every 100 ms', async () => {
    const { waiter, rows, probe, timers, probes } = aWaiter();
    const answers = ['a', 'b', 'c', 'a'].map((key) => waiter.waitFor('orders', key, probe, 2_000));
    await timers.advance(100);
    expect(probes.at(-1)?.sort()).toEqual(['a', 'b', 'c']);
    for (const key of ['a', 'b', 'c']) rows.set(key, key);
    await timers.advance(100);
    expect(await Promise.all(answers)).toEqual(['a', 'b', 'c', 'a']);
    expect(timers.idle).toBe(true);
  });

  it('with different conditions share one probe too', async () => {
    const { waiter, rows, probe, timers, probes } = aWaiter();
    rows.set('a', '3');
    const answers = Array.from({ length: 100 }, (_, at) =>
      waiter.waitFor('orders', 'a', probe, 450, { until: (found) => Number(found) > at }),
    );
    await timers.advance(250);
    rows.set('a', '50');
    await timers.advance(250);
    expect(probes.length).toBeLessThanOrEqual(6);
    expect(
      (await Promise.all(answers)).map((found, at) => found === (at < 3 ? '3' : at < 50 ? '50' : undefined)),
    ).not.toContain(false);
    expect(timers.idle).toBe(true);
  });

  it('leave when their signal is aborted', async () => {
    const { waiter, probe, timers } = aWaiter();
    const abort = new AbortController();
    const answers = [0, 1].map(() => waiter.waitFor('orders', 'a', probe, 10_000, { signal: abort.signal }));
    await settled();
    abort.abort();
    answers.push(waiter.waitFor('orders', 'a', probe, 10_000, { signal: abort.signal }));
    expect(await Promise.all(answers)).toEqual([undefined, undefined, undefined]);
    await settled();
    expect(timers.idle).toBe(true);
  });

  it('are all rejected by a failed probe, and the next waiter probes again', async () => {
    const { waiter, rows, probe } = aWaiter();
    const failing = (): Promise<Map<string, string>> => Promise.reject(new Error('database unavailable'));
    const answers = await Promise.allSettled(['a', 'b'].map((key) => waiter.waitFor('orders', key, failing, 2_000)));
    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    rows.set('a', 'here');
    expect(await waiter.waitFor('orders', 'a', probe, 2_000)).toBe('here');
  });

  it('are all settled at shutdown', async () => {
    const { waiter, probe, timers } = aWaiter();
    const answers = ['a', 'b'].map((key) => waiter.waitFor('orders', key, probe, 10_000));
    await settled();
    waiter.stop();
    expect(await Promise.all(answers)).toEqual([undefined, undefined]);
    await settled();
    expect(timers.idle).toBe(true);
  });
});
