import { describe, expect, it } from '@jest/globals';
import { periodMs, type Period } from './period.js';
import { topic } from './topic.js';
import { deletesRecords, isCompacted, retentionText } from './topic-retention.js';

describe('a period', () => {
  it.each([
    ['500ms', 500],
    ['12h', 43_200_000],
    ['30d', 2_592_000_000],
    ['2y', 63_072_000_000],
    ['100y', 3_153_600_000_000],
  ] as const)('%s has %d ms', (period, ms) => expect(periodMs(period)).toBe(ms));

  it.each(['', '30', 'd', '0d', '-1d', '1.5h', '30 d', '101y', '999999999999y', '1e3s'])('"%s" is refused', (text) =>
    expect(() => periodMs(text as Period)).toThrow(TypeError),
  );
});

describe('the retention of a topic', () => {
  const declared = (retention: unknown) => topic('a.events', { owner: 'a', retention: retention as 'keep' }).retention;

  it('is to keep everything, unless it is declared', () => expect(topic('a', { owner: 'a' }).retention).toBe('keep'));

  it.each([
    ['compact', 'compact'],
    [{ compactWithin: '1d', keepTombstones: '90d' }, 'compact within 1d'],
    [{ time: '30d' }, '30d'],
    [{ time: '30d', bytes: 5 }, '30d or 5 bytes'],
  ])('%j', (retention, text) => expect(retentionText(declared(retention))).toBe(text));

  it.each(['compact', { compactWithin: '1d', keepTombstones: '90d' }] as const)(
    '%j keeps what nothing replaces',
    (retention) => {
      expect(isCompacted(retention)).toBe(true);
      expect(deletesRecords(retention)).toBe(false);
    },
  );

  it.each([
    [{}],
    ['delete'],
    [{ compactWithin: '1d' }],
    [{ compactWithin: '1w', keepTombstones: '90d' }],
    [{ time: '1w' }],
    [{ bytes: 0 }],
    [{ bytes: 1.5 }],
    [{ bytes: Infinity }],
  ])('is not %j', (retention) => expect(() => declared(retention)).toThrow(TypeError));
});
