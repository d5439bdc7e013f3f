import { describe, expect, it } from '@jest/globals';
import type { InboxSample, PartitionOffset } from '../ports/index.js';
import { horizonSample, marksBefore } from './inbox-horizon.js';
import { checkRetentionOptions } from './retention-options.js';

const dayMs = 86_400_000;
const keepMs = 30 * dayMs;
const at = (day: number): Date => new Date(day * dayMs);
const offsets = (...ends: number[]): PartitionOffset[] =>
  ends.map((offset, partition) => ({ topic: 't', partition, offset: BigInt(offset) }));
const sample = (day: number, ...ends: number[]): InboxSample => ({ at: at(day), ends: offsets(...ends) });

describe('the horizon of an inbox', () => {
  const samples = [sample(1, 10, 20), sample(2, 15, 20), sample(3, 30, 40)];
  const chosen = (day: number, ...committed: number[]) =>
    horizonSample(samples, offsets(...committed), at(day), keepMs);

  it('is the newest sample that is old enough', () => {
    expect(chosen(31, 100, 100)).toBe(samples[0]);
    expect(chosen(32, 100, 100)).toBe(samples[1]);
    expect(chosen(99, 100, 100)).toBe(samples[2]);
  });
  it('is none while every sample is younger', () => expect(chosen(30, 100, 100)).toBeUndefined());
  it('is never beyond a committed offset of any partition', () => {
    expect(chosen(99, 100, 39)).toBe(samples[1]);
    expect(chosen(99, 14, 100)).toBe(samples[0]);
    expect(chosen(99, 9, 100)).toBeUndefined();
  });
  it('is none where a partition with records has no committed offset', () => expect(chosen(99, 100)).toBeUndefined());
  it('needs nothing of a partition that was empty', () =>
    expect(horizonSample([sample(1, 10, 0)], offsets(10), at(99), keepMs)).toEqual(sample(1, 10, 0)));
  it('leaves two hours, or half of a shorter period, between the pruned marks and the sample', () => {
    expect(marksBefore(sample(2), keepMs)).toEqual(new Date(2 * dayMs - 7_200_000));
    expect(marksBefore(sample(2), 1_000)).toEqual(new Date(2 * dayMs - 500));
  });
});

describe('the retention of a service', () => {
  it('keeps what it does not name', () => expect(checkRetentionOptions({})).toEqual(new Map()));
  it('has a period for each table', () =>
    expect([...checkRetentionOptions({ inbox: '30d', outboxArchive: '2y', idempotencyKeys: '1h' })]).toEqual([
      ['msg_inbox', keepMs],
      ['msg_outbox_archive', 730 * dayMs],
      ['msg_idempotency', 3_600_000],
    ]));
  it.each([
    [{ inbox: '30' }, 'retention.inbox: "30" is not a period'],
    [{ effects: '101y' }, 'at most 100y'],
    [{ deadLetters: '30d' }, 'retention.deadLetters does not exist'],
  ])('%j is refused', (options, text) => expect(() => checkRetentionOptions(options as object)).toThrow(text));
});
