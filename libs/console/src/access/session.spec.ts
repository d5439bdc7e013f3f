import { describe, expect, it } from '@jest/globals';
import { cookieOf, openSession, sealSession, sessionMs } from './session.js';

const secret = 'a secret of at least thirty-two characters';
const now = new Date('2030-01-01T12:00:00Z');
const ann = { id: '1', name: 'ann@example.com', role: 'operator' } as const;
const sealed = sealSession(ann, secret, now);

describe('a session', () => {
  it('tells who it is', () => expect(openSession(sealed, secret, now)).toEqual(ann));
  it('ends', () => expect(openSession(sealed, secret, new Date(now.getTime() + sessionMs))).toBeUndefined());
  it('is found among other cookies', () => expect(cookieOf(`a=b; c=${sealed}; d=e`, 'c')).toBe(sealed));

  const [payload = '', signature = ''] = sealed.split('.');
  const promoted = Buffer.from(Buffer.from(payload, 'base64url').toString().replace('operator', 'admin'));
  it.each([
    ['another secret', sealed, `${secret}!`],
    ['another role', `${promoted.toString('base64url')}.${signature}`, secret],
    ['no signature', payload, secret],
    ['an empty value', '', secret],
  ])('with %s is refused', (_case, value, key) => expect(openSession(value, key, now)).toBeUndefined());
});
