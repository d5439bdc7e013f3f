import { describe, expect, it } from '@jest/globals';
import { userId } from '@tradewind/contracts/ids';
import { accepts, mayReplace, type MailedToken } from './mailed-token.js';

const issuedAt = new Date('2030-01-01T10:00:00Z');
const after = (seconds: number): Date => new Date(issuedAt.getTime() + seconds * 1_000);
const token: MailedToken = {
  userId: userId('01991234-5678-7000-8000-000000000001'),
  purpose: 'reset-password',
  tokenHash: 'hash',
  issuedAt,
};

describe('a token that was sent by e-mail', () => {
  it('is accepted for an hour', () =>
    expect([after(0), after(3_599), after(3_600)].map((now) => accepts(token, 'hash', now))).toEqual([
      true,
      true,
      false,
    ]));
  it('is not accepted as another one, nor when there is none', () =>
    expect([accepts(token, 'other', issuedAt), accepts(undefined, 'hash', issuedAt)]).toEqual([false, false]));
  it('is replaced after a minute at the earliest', () =>
    expect([after(0), after(59), after(60)].map((now) => mayReplace(token, now))).toEqual([false, false, true]));
  it('is replaced at once where there is none', () => expect(mayReplace(undefined, issuedAt)).toBe(true));
});
