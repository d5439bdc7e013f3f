import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Timers } from '@tradewind/kernel';
import type { Subscription } from '../ports/kafka-client.js';
import { systemTimers } from '../adapters/system/system.js';
import { OffsetTracker } from './offset-tracker.js';

const place = { topic: 'stock.events', partition: 2 };
const record = (offset: bigint) => ({ ...place, offset });

describe('a partition that is shared out anew while records of it wait', () => {
  let positions: OffsetTracker;
  beforeEach(() => {
    positions = new OffsetTracker('these', systemTimers);
    for (const offset of [7n, 8n, 9n]) positions.begin(record(offset));
    positions.finish(record(7n));
  });

  it('is gone back to where it was done, when the next record was fetched before', () => {
    positions.reset([place]);
    expect(positions.gapBefore(record(10n))).toBe(8n);
  });
  it('is gone back to only once: what is not there any more is not waited for', () => {
    positions.reset([place]);
    positions.gapBefore(record(10n));
    expect(positions.gapBefore(record(10n))).toBeUndefined();
  });
  it('goes on where it was done', () => {
    positions.reset([place]);
    expect(positions.gapBefore(record(8n))).toBeUndefined();
  });
  it('is remembered over a second sharing before its next record', () => {
    positions.reset([place]);
    positions.reset([place]);
    expect(positions.gapBefore(record(10n))).toBe(8n);
  });
  it('is gone back to where its next record has to wait, whatever comes instead', () => {
    positions.reset([place]);
    positions.resumeFrom(record(8n));
    positions.reset([place]);
    expect(positions.gapBefore(record(8n))).toBeUndefined();
    expect(positions.gapBefore(record(10n))).toBe(8n);
  });
  it('is forgotten once others have had it', () => {
    positions.reset([]);
    positions.reset([place]);
    expect(positions.gapBefore(record(100n))).toBeUndefined();
  });
});

describe('positions that are to be committed soon', () => {
  const calls: (() => void)[] = [];
  const committed: string[][] = [];
  const timers: Timers = {
    after: (_, call) => (calls.push(call), () => void calls.splice(calls.indexOf(call), 1)),
    wait: () => Promise.resolve(),
  };
  const commit: Subscription['commit'] = (positions) => {
    committed.push(positions.map(({ topic, partition, offset: next }) => `${topic}/${partition}@${next}`));
    return Promise.resolve(true);
  };
  const subscription = { commit } as Subscription;

  it('go in one commit, with all that is done by then', async () => {
    const positions = new OffsetTracker('these', timers);
    for (const offset of [7n, 8n]) {
      positions.begin(record(offset));
      positions.finish(record(offset));
      positions.commitSoon(() => subscription);
    }
    expect([calls.length, committed]).toEqual([1, []]);
    calls[0]!();
    expect(committed).toEqual([['stock.events/2@9']]);
    positions.commitSoon(() => subscription);
    expect(calls).toHaveLength(1); // nothing is left to commit
    await positions.commit(subscription);
    expect(committed).toHaveLength(1);
  });
});
