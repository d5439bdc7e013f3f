import { describe, expect, it } from '@jest/globals';
import { userId } from '@tradewind/contracts/ids';
import { end, issue, openSession, refresh, type NextToken, type RefreshToken } from './session.js';

const person = userId('01991234-5678-7000-8000-000000000001');
const monday = new Date('2026-03-02T10:00:00Z');
const tuesday = new Date('2026-03-03T10:00:00Z');
const inApril = new Date('2026-04-02T10:00:00Z');
const anOpenSession = openSession('s', person, monday, 30 * 86_400_000);
const itsToken = issue('s', 'first', monday);
const atHome: NextToken = { hash: 'second', sealed: 'sealed second', client: 'browser at home' };
const itsUsedToken: RefreshToken = {
  ...itsToken,
  status: 'used',
  usedAt: tuesday,
  usedBy: 'browser at home',
  successor: 'sealed second',
};
const graceMs = 5_000;
const after = (milliseconds: number) => new Date(tuesday.getTime() + milliseconds);

describe('refreshing with the current token', () => {
  const refreshed = refresh(anOpenSession, itsToken, atHome, graceMs, tuesday);
  it('marks it as used and issues the next one', () =>
    expect(refreshed).toEqual({ outcome: 'rotated', used: itsUsedToken, next: issue('s', 'second', tuesday) }));
  it('does not extend the session', () =>
    expect(refresh(anOpenSession, itsToken, atHome, graceMs, inApril)).toEqual({ outcome: 'over' }));
});

describe('refreshing with a token that was used before', () => {
  const again: NextToken = { hash: 'third', sealed: 'sealed third', client: 'browser at home' };
  const ended = (now: Date) => ({ outcome: 'reused', ended: end(anOpenSession, 'reuse', now) });
  it.each([-50, 0, 4_999])('gives the same client the same next token again %d ms later', (milliseconds) =>
    expect(refresh(anOpenSession, itsUsedToken, again, graceMs, after(milliseconds))).toEqual({
      outcome: 'repeated',
      successor: 'sealed second',
    }),
  );
  it('ends the session when the grace period is over', () =>
    expect(refresh(anOpenSession, itsUsedToken, again, graceMs, after(5_000))).toEqual(ended(after(5_000))));
  it('ends the session when another client uses it, also at once', () =>
    expect(refresh(anOpenSession, itsUsedToken, { ...again, client: 'elsewhere' }, graceMs, tuesday)).toEqual(
      ended(tuesday),
    ));
  it('ends the session at once without a grace period', () =>
    expect(refresh(anOpenSession, itsUsedToken, again, 0, tuesday)).toEqual(ended(tuesday)));
});

describe('a session that has ended', () => {
  const ended = end(anOpenSession, 'logout', tuesday);
  it('refreshes no token', () =>
    expect(refresh(ended, itsToken, atHome, graceMs, tuesday)).toEqual({ outcome: 'over' }));
  it('keeps its first reason', () => expect(end(ended, 'reuse', inApril)).toBe(ended));
});
