import { describe, expect, it } from '@jest/globals';
import { planKeys, signer, type AnnouncedKey, type KeyPolicy, type SigningKey } from './signing-key.js';

const minute = 60_000;
const policy: KeyPolicy = { rotateAfter: 1_000 * minute, lead: minute, tokenLifetime: 15 * minute, margin: 5 * minute };
const at = (minutes: number): Date => new Date(Date.UTC(2026, 0, 1) + minutes * minute);
const aCandidate = (kid: string): AnnouncedKey => ({
  status: 'announced',
  kid,
  publicKey: `${kid}-public`,
  privateKey: `${kid}-private`,
  announcement: `announced ${kid}`,
  retirement: `retired ${kid}`,
  announcedAt: at(0),
  expiresAt: at(20_000),
  signsFrom: at(0),
});

/** Rotates the keys at these minutes; a key's record is on the topic from `arrivals[kid]` on. */
function afterRotations(
  minutes: readonly number[],
  arrivals: Readonly<Record<string, number>>,
): { keys: SigningKey[]; announcedAt: number[]; retiredAt: Record<string, number> } {
  let keys: SigningKey[] = [];
  const announcedAt: number[] = [];
  const retiredAt: Record<string, number> = {};
  for (const now of minutes) {
    const arrived = new Set(Object.keys(arrivals).filter((kid) => arrivals[kid]! <= now));
    const plan = planKeys(keys, arrived, aCandidate(`k${announcedAt.length + 1}`), at(now), policy);
    if (plan.announced.length > 0) announcedAt.push(now);
    for (const { kid } of plan.retired) retiredAt[kid] = now;
    const changed = [...plan.announced, ...plan.acknowledged, ...plan.retired];
    keys = [...keys.filter(({ kid }) => !changed.some((change) => change.kid === kid)), ...changed];
  }
  return { keys, announcedAt, retiredAt };
}

describe('a database without keys', () => {
  it('announces one at once', () => expect(afterRotations([0], {}).announcedAt).toEqual([0]));
  it('announces no second one before the first is acknowledged', () =>
    expect(afterRotations([0, 1, 500, 2_000], {}).announcedAt).toEqual([0]));
  it('signs nothing before the record is acknowledged', () =>
    expect(signer(afterRotations([0, 10], {}).keys, at(10))).toBeUndefined());
  it('signs as soon as the record is acknowledged', () =>
    expect(signer(afterRotations([0, 10], { k1: 9 }).keys, at(10))?.kid).toBe('k1'));
});

describe('a key that is due for rotation', () => {
  const minutes = [0, 1, 1_001, 1_003];
  it('is followed by a new one', () => expect(afterRotations(minutes, { k1: 1 }).announcedAt).toEqual([0, 1_001]));
  it('continues to sign until the lead time of the new key has passed', () => {
    const { keys } = afterRotations(minutes, { k1: 1, k2: 1_002 });
    expect([signer(keys, at(1_003))?.kid, signer(keys, at(1_004))?.kid]).toEqual(['k1', 'k2']);
  });
  it('continues to sign as long as the new key is not on the topic', () =>
    expect(signer(afterRotations([...minutes, 5_000], { k1: 1 }).keys, at(9_000))?.kid).toBe('k1'));
  it('is retired after its last token has expired', () =>
    expect(afterRotations([...minutes, 1_023, 1_024], { k1: 1, k2: 1_002 }).retiredAt).toEqual({ k1: 1_024 }));
  it('keeps no private key after it is retired', () =>
    expect(afterRotations([...minutes, 1_024], { k1: 1, k2: 1_002 }).keys.find(({ kid }) => kid === 'k1')).toEqual({
      status: 'retired',
      kid: 'k1',
      retirement: 'retired k1',
      retiredAt: at(1_024),
    }));
});

describe('a key that has expired before it was replaced', () => {
  const { keys } = afterRotations([0, 1], { k1: 1 });
  const now = at(20_001);
  const next = { ...aCandidate('k2'), expiresAt: at(40_000) };
  it('signs nothing', () => expect(signer(keys, now)).toBeUndefined());
  it('is replaced at once, without a lead time', () => {
    const { announced } = planKeys(keys, new Set(), next, now, policy);
    expect(announced).toEqual([{ ...next, signsFrom: now }]);
    const { acknowledged } = planKeys([...keys, ...announced], new Set(['k2']), next, now, policy);
    expect(signer(acknowledged, now)?.kid).toBe('k2');
  });
});

describe('two instances that rotate one after the other', () => {
  it('announce one key', () =>
    expect(afterRotations([0, 0, 1, 1, 1_001, 1_001], { k1: 1 }).announcedAt).toEqual([0, 1_001]));
});
