import { describe, expect, it } from '@jest/globals';
import { systemRandomness } from '@tradewind/messaging/internals';
import { clientMark, newRefreshToken, sealSuccessor, unsealSuccessor } from './refresh-token.js';

const [token, next, other] = Array.from({ length: 3 }, () => newRefreshToken(systemRandomness)) as [
  string,
  string,
  string,
];

describe('the sealed successor of a token', () => {
  const sealed = sealSuccessor(token, next, systemRandomness);
  it('is read with the token', () => expect(unsealSuccessor(token, sealed)).toBe(next));
  it('cannot be read with another one', () => expect(() => unsealSuccessor(other, sealed)).toThrow());
  it('does not show it', () => expect(sealed).not.toContain(next));
});

describe('the mark of a client', () => {
  const browser = { address: '10.0.0.1', userAgent: 'Firefox' };
  const mark = clientMark(token, browser);
  it('is the same for the same client', () => expect(clientMark(token, { ...browser })).toBe(mark));
  it.each([
    ['address', clientMark(token, { ...browser, address: '10.0.0.2' })],
    ['browser', clientMark(token, { ...browser, userAgent: 'Safari' })],
    ['token', clientMark(other, browser)],
  ])('differs for another %s', (_, another) => expect(another).not.toBe(mark));
});
