import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { atOnce, atOnceInTurn } from './at-once.js';

/** Notes who begins and ends, and lets the others run in between. */
function aDiary() {
  const entries: string[] = [];
  let running = 0;
  let most = 0;
  const act = async (item: string): Promise<void> => {
    entries.push(`${item} begins`);
    most = Math.max(most, ++running);
    for (let turns = item.charCodeAt(0) % 5; turns >= 0; turns--) await turn();
    running--;
    entries.push(`${item} ends`);
  };
  return { entries, act, most: () => most };
}

const items = ['e1', 'a1', 'e2', 'b1', 'c1', 'e3', 'a2', 'd1'];

describe('work on many items', () => {
  it('is done to each once, at most so many at once, begun in order', async () => {
    const diary = aDiary();
    await atOnce(3, items, diary.act);
    expect(diary.entries.filter((entry) => entry.endsWith('begins'))).toEqual(items.map((item) => `${item} begins`));
    expect(diary.entries.filter((entry) => entry.endsWith('ends'))).toHaveLength(items.length);
    expect(diary.most()).toBe(3);
  });

  it('of nothing is done at once', () =>
    expect(atOnce(3, [], () => Promise.reject(new Error('never')))).resolves.toBeUndefined());

  it('begins no more after a failure, and rejects when those under way have ended', async () => {
    const begun: number[] = [];
    const ended: number[] = [];
    const failing = atOnce(2, [1, 2, 3, 4, 5, 6], async (item) => {
      begun.push(item);
      if (item === 2) throw new Error('no');
      await turn();
      ended.push(item);
    });
    await expect(failing).rejects.toThrow('no');
    expect([begun, ended]).toEqual([[1, 2], [1]]);
  });
});

describe('work in turn', () => {
  it('never overlaps for one owner, and does for two', async () => {
    const diary = aDiary();
    await atOnceInTurn(4, items, (item) => item[0], diary.act);
    for (const owner of ['a', 'b', 'c', 'd', 'e']) {
      const theirs = items.filter((item) => item.startsWith(owner));
      expect(diary.entries.filter((entry) => entry.startsWith(owner))).toEqual(
        theirs.flatMap((item) => [`${item} begins`, `${item} ends`]),
      );
    }
    expect(diary.most()).toBeGreaterThan(1);
  });
});
