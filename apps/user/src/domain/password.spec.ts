import { describe, expect, it } from '@jest/globals';
import { userId } from '@tradewind/contracts/ids';
import { tokenInvalid, type MailedToken } from './mailed-token.js';
import { passwordChangedMeanwhile, setPassword } from './password.js';

const now = new Date('2030-01-01T10:00:00Z');
const ann = userId('01991234-5678-7000-8000-000000000001');
const credential = { userId: ann, passwordHash: 'old' };
const token: MailedToken = { userId: ann, purpose: 'reset-password', tokenHash: 'token', issuedAt: now };
const changed = { userId: ann, passwordHash: 'new' };

describe('a new password', () => {
  it('is set with the former one', () =>
    expect(setPassword(credential, undefined, { by: 'password', passwordHash: 'old' }, 'new', now)).toEqual(changed));
  it('is not set with one that was changed meanwhile', () =>
    expect(setPassword(changed, token, { by: 'password', passwordHash: 'old' }, 'newer', now)).toBe(
      passwordChangedMeanwhile,
    ));
  it('is set with the token', () =>
    expect(setPassword(credential, token, { by: 'token', tokenHash: 'token' }, 'new', now)).toEqual(changed));
  it.each<[string, MailedToken | undefined]>([
    ['was used', undefined],
    ['was replaced', { ...token, tokenHash: 'newer' }],
    ['has expired', { ...token, issuedAt: new Date(now.getTime() - 3_600_000) }],
  ])('is not set with a token that %s', (_, stored) =>
    expect(setPassword(credential, stored, { by: 'token', tokenHash: 'token' }, 'new', now)).toBe(tokenInvalid),
  );
});
