import { describe, expect, it } from '@jest/globals';
import { userId } from '@tradewind/contracts/ids';
import { end, issue, openSession, refresh, type RefreshToken } from './session.js';

const person = userId('01991234-5678-7000-8000-000000000001');
const monday = new Date('2026-03-02T10:00:00Z');
const tuesday = new Date('2026-03-03T10:00:00Z');
const inApril = new Date('2026-04-02T10:00:00Z');
const anOpenSession = openSession('s', person, monday, 30 * 86_400_000);
const itsToken = issue('s', 'first', monday);
const itsUsedToken: RefreshToken = { ...itsToken, status: 'used', usedAt: tuesday };

describe('refreshing with the current token', () => {
  const refreshed = refresh(anOpenSession, itsToken, 'second', tuesday);
  it('marks it as used and issues the next one', () =>
    expect(refreshed).toEqual({ outcome: 'rotated', used: itsUsedToken, next: issue('s', 'second', tuesday) }));
  it('does not extend the session', () =>
    expect(refresh(anOpenSession, itsToken, 'second', inApril)).toEqual({ outcome: 'over' }));
});

describe('refreshing with a token that was used before', () => {
  it('ends the session', () =>
    expect(refresh(anOpenSession, itsUsedToken, 'second', tuesday)).toEqual({
      outcome: 'reused',
      ended: end(anOpenSession, 'reuse', tuesday),
    }));
});

describe('a session that has ended', () => {
  const ended = end(anOpenSession, 'logout', tuesday);
  it('refreshes no token', () => expect(refresh(ended, itsToken, 'second', tuesday)).toEqual({ outcome: 'over' }));
  it('keeps its first reason', () => expect(end(ended, 'reuse', inApril)).toBe(ended));
});
