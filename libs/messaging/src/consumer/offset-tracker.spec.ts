import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Timers } from '@tradewind/kernel';
import type { Subscription } from '../ports/kafka-client.js';
import { systemTimers } from '../adapters/system/system.js';
import { OffsetTracker } from './offset-tracker.js';

const assigned = { topic: 'stock.events', partition: 2 };
const record = (offset: bigint) => ({ ...assigned, offset });
const range = (from: bigint, to: bigint) => ({ ...assigned, from, to });

describe('a partition with unfinished records after a rebalance', () => {
  let offsets: OffsetTracker;
  beforeEach(() => {
    offsets = new OffsetTracker('hash', systemTimers);
    for (const offset of [7n, 8n, 9n]) offsets.begin(record(offset));
    offsets.read(range(7n, 10n));
    offsets.finish(record(7n));
  });

  it('seeks back to the first unfinished record when a later one arrives', () => {
    offsets.reset([assigned]);
    expect(offsets.gapBefore(range(10n, 11n))).toBe(8n);
  });
  it('seeks back until what lies between was read, also where it has no records', () => {
    offsets.reset([assigned]);
    offsets.gapBefore(range(10n, 11n));
    expect(offsets.gapBefore(range(10n, 11n))).toBe(8n);
    offsets.read(range(8n, 10n));
    expect(offsets.gapBefore(range(10n, 11n))).toBeUndefined();
  });
  it('continues with the first unfinished record', () => {
    offsets.reset([assigned]);
    expect(offsets.gapBefore(range(8n, 9n))).toBeUndefined();
  });
  it('keeps its offset over a second rebalance', () => {
    offsets.reset([assigned]);
    offsets.reset([assigned]);
    expect(offsets.gapBefore(range(10n, 11n))).toBe(8n);
  });
  it('keeps the offset of a record that must wait', () => {
    offsets.reset([assigned]);
    offsets.resumeFrom(record(8n));
    offsets.reset([assigned]);
    expect(offsets.gapBefore(range(8n, 9n))).toBeUndefined();
    expect(offsets.gapBefore(range(10n, 11n))).toBe(8n);
  });
  it('has no offset when it was assigned to another member meanwhile', () => {
    offsets.reset([]);
    offsets.reset([assigned]);
    expect(offsets.gapBefore(range(100n, 101n))).toBeUndefined();
  });
});

describe('the commit of finished offsets', () => {
  /** A subscription whose commits resolve as given, and timers that run only by hand. */
  function aTracker(...results: boolean[]) {
    const calls: (() => void)[] = [];
    const committed: string[][] = [];
    const timers: Timers = {
      after: (_, call) => (calls.push(call), () => void calls.splice(calls.indexOf(call), 1)),
      wait: () => Promise.resolve(),
    };
    const commit: Subscription['commit'] = (all) => {
      committed.push(all.map(({ topic, partition, offset }) => `${topic}/${partition}@${offset}`));
      return Promise.resolve(results.shift() ?? true);
    };
    const subscription = { commit } as Subscription;
    const offsets = new OffsetTracker('hash', timers);
    const handle = (offset: bigint): void => {
      offsets.begin(record(offset));
      offsets.read(range(offset, offset + 1n));
      offsets.finish(record(offset));
    };
    return { calls, committed, subscription, offsets, handle };
  }

  it('waits a moment and includes everything that is finished by then', async () => {
    const { calls, committed, subscription, offsets, handle } = aTracker();
    for (const offset of [7n, 8n]) {
      handle(offset);
      offsets.commitSoon(() => subscription);
    }
    expect([calls.length, committed]).toEqual([1, []]);
    calls[0]!();
    expect(committed).toEqual([['stock.events/2@9']]);
    offsets.commitSoon(() => subscription);
    expect(calls).toHaveLength(1); // nothing is left to commit
    await offsets.commit(subscription);
    expect(committed).toHaveLength(1);
  });

  it('stops before the first unfinished record', async () => {
    const { committed, subscription, offsets } = aTracker();
    for (const offset of [7n, 8n, 9n]) offsets.begin(record(offset));
    offsets.read(range(7n, 10n));
    offsets.finish(record(9n));
    offsets.finish(record(7n));
    await offsets.commit(subscription);
    expect(committed).toEqual([['stock.events/2@8']]);
  });

  it('includes offsets without records behind what is finished, and none before', async () => {
    const { committed, subscription, offsets } = aTracker();
    offsets.begin(record(7n));
    offsets.read(range(5n, 12n));
    await offsets.commit(subscription);
    offsets.finish(record(7n));
    await offsets.commit(subscription);
    offsets.read(range(12n, 14n));
    await offsets.commit(subscription);
    expect(committed).toEqual([['stock.events/2@7'], ['stock.events/2@12'], ['stock.events/2@14']]);
  });

  it('is repeated when the broker did not accept it', async () => {
    const { committed, subscription, offsets, handle } = aTracker(false);
    handle(7n);
    await offsets.commit(subscription);
    await offsets.commit(subscription);
    expect(committed).toEqual([['stock.events/2@8'], ['stock.events/2@8']]);
  });

  it('is not repeated when the partition was revoked meanwhile', async () => {
    const { committed, subscription, offsets, handle } = aTracker(false);
    handle(7n);
    const commit = offsets.commit(subscription);
    offsets.reset([]);
    await commit;
    await offsets.commit(subscription);
    expect(committed).toHaveLength(1);
  });

  it('includes committed offsets again on request', async () => {
    const { committed, subscription, offsets, handle } = aTracker();
    handle(7n);
    await offsets.commit(subscription);
    offsets.recommitAll();
    await offsets.commit(subscription);
    expect(committed).toEqual([['stock.events/2@8'], ['stock.events/2@8']]);
  });
});
