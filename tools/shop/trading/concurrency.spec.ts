import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { forEachConcurrently, forEachInOrderPerKey } from './concurrency.js';

/** Records the start and end of each item, and lets the others run in between. */
function aRecorder() {
  const entries: string[] = [];
  let running = 0;
  let most = 0;
  const process = async (item: string): Promise<void> => {
    entries.push(`${item} begins`);
    most = Math.max(most, ++running);
    for (let turns = item.charCodeAt(0) % 5; turns >= 0; turns--) await turn();
    running--;
    entries.push(`${item} ends`);
  };
  return { entries, process, most: () => most };
}

const items = ['e1', 'a1', 'e2', 'b1', 'c1', 'e3', 'a2', 'd1'];

describe('work on many items', () => {
  it('processes each once, with the limit, started in order', async () => {
    const recorder = aRecorder();
    await forEachConcurrently(3, items, recorder.process);
    expect(recorder.entries.filter((entry) => entry.endsWith('begins'))).toEqual(items.map((item) => `${item} begins`));
    expect(recorder.entries.filter((entry) => entry.endsWith('ends'))).toHaveLength(items.length);
    expect(recorder.most()).toBe(3);
  });

  it('resolves without items', () =>
    expect(forEachConcurrently(3, [], () => Promise.reject(new Error('never')))).resolves.toBeUndefined());

  it('starts no more after a failure, and rejects when the running ones have ended', async () => {
    const started: number[] = [];
    const ended: number[] = [];
    const failing = forEachConcurrently(2, [1, 2, 3, 4, 5, 6], async (item) => {
      started.push(item);
      if (item === 2) throw new Error('no');
      await turn();
      ended.push(item);
    });
    await expect(failing).rejects.toThrow('no');
    expect([started, ended]).toEqual([[1, 2], [1]]);
  });
});

describe('work in order per key', () => {
  it('never overlaps for one key, and overlaps for different keys', async () => {
    const recorder = aRecorder();
    await forEachInOrderPerKey(4, items, (item) => item[0], recorder.process);
    for (const key of ['a', 'b', 'c', 'd', 'e']) {
      const ofKey = items.filter((item) => item.startsWith(key));
      expect(recorder.entries.filter((entry) => entry.startsWith(key))).toEqual(
        ofKey.flatMap((item) => [`${item} begins`, `${item} ends`]),
      );
    }
    expect(recorder.most()).toBeGreaterThan(1);
  });
});
