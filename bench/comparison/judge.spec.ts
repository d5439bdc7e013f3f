import { describe, expect, it } from '@jest/globals';
import { judge, type Evidence, type Verdict } from './judge.js';

/** Three transfers of one account, each stored, published, applied and followed up once. */
const faultless: Evidence = {
  stored: [1, 2, 3].map((number) => ({ id: `t${number}`, account: 'a', number })),
  applied: [1, 2, 3].map((position) => ({ id: `t${position}`, account: 'a', position })),
  published: [1, 2, 3].map((number) => ({ id: `t${number}`, partition: 0, offset: number - 1 })),
  followUps: [1, 2, 3].map((number) => ({ id: `t${number}`, event: `e${number}` })),
  committed: new Map([[0, 3]]),
  unpublished: new Set(),
  deadLettered: new Set(),
};
const clean = judge(faultless);
const verdictOn = (planted: Partial<Evidence>) => judge({ ...faultless, ...planted });
const applied = (...ids: string[]) => ids.map((id, index) => ({ id, account: 'a', position: index + 1 }));
const followUps = (...ids: string[]) => ids.map((id, index) => ({ id, event: `e${index}` }));

const isClean = (verdict: Verdict): boolean => Object.values(verdict).every((count) => count === 0);

describe('a faultless run', () => {
  it('is clean', () => expect(isClean(clean)).toBe(true));

  it('may repeat a record and a follow-up event with the same id', () => {
    const repeated = { published: [...faultless.published, { id: 't1', partition: 0, offset: 3 }] };
    expect(isClean(verdictOn({ ...repeated, followUps: [...faultless.followUps, faultless.followUps[0]!] }))).toBe(
      true,
    );
  });
});

describe('a planted fault', () => {
  const withoutSecond = { applied: applied('t1', 't3'), followUps: followUps('t1', 't3') };

  it.each<[string, Partial<Evidence>, object]>([
    ['a transfer that was never published', { ...withoutSecond, published: [] }, { lost: 1 }],
    ['a transfer that was published and skipped', withoutSecond, { lost: 1 }],
    ['a follow-up event that is missing', { followUps: followUps('t1', 't3') }, { lostFollowUps: 1 }],
    ['a transfer that was applied twice', { applied: applied('t1', 't2', 't2', 't3') }, { doubled: 1 }],
    ['a second follow-up event', { followUps: followUps('t1', 't2', 't3', 't3') }, { doubledFollowUps: 1 }],
    ['a transfer that was overtaken', { applied: applied('t1', 't3', 't2') }, { overtaken: 1 }],
    ['two transfers that were overtaken by one', { applied: applied('t3', 't1', 't2') }, { overtaken: 2 }],
    ['an entry of a transfer that was rolled back', { applied: applied('t1', 't2', 't3', 't4') }, { phantom: 1 }],
    [
      'a record of a transfer that was rolled back',
      { published: [...faultless.published, { id: 't4', partition: 0, offset: 3 }] },
      { phantom: 1 },
    ],
    [
      'a consumer that does not get past a record',
      { applied: applied('t1'), followUps: followUps('t1'), committed: new Map([[0, 1]]) },
      { waiting: 2 },
    ],
    [
      'a relay that does not get past a row',
      {
        applied: applied('t1'),
        followUps: followUps('t1'),
        published: faultless.published.slice(0, 1),
        committed: new Map([[0, 1]]),
        unpublished: new Set(['t2', 't3']),
      },
      { waiting: 2 },
    ],
    [
      'a dead letter whose key waits',
      { applied: applied('t1'), followUps: followUps('t1'), deadLettered: new Set(['t2', 't3']) },
      { deadLettered: 2 },
    ],
    [
      'a dead letter that was overtaken',
      { ...withoutSecond, deadLettered: new Set(['t2']) },
      { deadLettered: 1, overtaken: 1 },
    ],
  ])('is found: %s', (_what, planted, expected) => expect(verdictOn(planted)).toEqual({ ...clean, ...expected }));
});
