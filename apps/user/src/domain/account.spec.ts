import { describe, expect, it } from '@jest/globals';
import { userId } from '@tradewind/contracts/ids';
import { accountForgotten, changeProfile, emailTaken, forget, type ActiveAccount } from './account.js';

const now = new Date('2026-03-02T10:00:00Z');
const anAccount = (last: string): ActiveAccount => ({
  status: 'active',
  userId: userId(`01991234-5678-7000-8000-00000000000${last}`),
  role: 'customer',
  email: 'sealed-email',
  emailIndex: `index-${last}`,
  name: 'sealed-name',
  registeredAt: now,
});
const mine = anAccount('1');
const another = anAccount('2');
const newAddress = { sealed: 'sealed-new', index: 'index-new' };

describe('changing a profile', () => {
  it('changes only the given fields', () =>
    expect(changeProfile(mine, { name: 'new-name' }, [])).toEqual({ ...mine, name: 'new-name' }));
  it('changes the lookup value with the address', () =>
    expect(changeProfile(mine, { email: newAddress }, [])).toEqual({
      ...mine,
      email: 'sealed-new',
      emailIndex: 'index-new',
    }));
  it('keeps the address verified, unless it is another one', () => {
    const verified = changeProfile(mine, { emailVerifiedAt: now }, []) as ActiveAccount;
    expect(verified).toEqual({ ...mine, emailVerifiedAt: now });
    expect(changeProfile(verified, { name: 'new-name' }, [])).toMatchObject({ emailVerifiedAt: now });
    expect(changeProfile(verified, { email: newAddress }, [])).not.toHaveProperty('emailVerifiedAt');
    expect(changeProfile(mine, { email: newAddress, emailVerifiedAt: now }, [])).toMatchObject({
      emailVerifiedAt: now,
    });
  });
  it('rejects an address of another account', () =>
    expect(changeProfile(mine, { email: newAddress }, [another])).toEqual(emailTaken));
  it("accepts the account's current address", () =>
    expect(changeProfile(mine, { email: newAddress }, [mine])).not.toEqual(emailTaken));
});

describe('a forgotten person', () => {
  const forgotten = forget(mine, now);
  it('leaves an id and a date', () =>
    expect(forgotten).toEqual({ status: 'forgotten', userId: mine.userId, forgottenAt: now }));
  it('is not changed by forgetting again', () =>
    expect(forget(forgotten, new Date('2026-04-01T00:00:00Z'))).toBe(forgotten));
  it('has no profile to change', () => expect(changeProfile(forgotten, { name: 'x' }, [])).toEqual(accountForgotten));
});
