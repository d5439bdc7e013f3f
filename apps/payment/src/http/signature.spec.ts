import { describe, expect, it } from '@jest/globals';
import { sign } from '../../../../tools/provider/webhook.js';
import { isSigned } from './signature.js';

const secret = 'a secret of the provider';
const now = new Date('2026-03-02T10:00:00Z');
const seconds = now.getTime() / 1_000;
const body = '{"id":"evt_1","key":"kåy"}';
const isValid = (signature: string | undefined, bytes = body) => isSigned(signature, Buffer.from(bytes), secret, now);

describe('a signature of the provider', () => {
  it('is valid', () => expect(isValid(sign(body, secret, seconds))).toBe(true));
  it.each([-300, 300])('is valid when its time is %d s off', (off) =>
    expect(isValid(sign(body, secret, seconds + off))).toBe(true),
  );
});

describe('another signature', () => {
  const valid = sign(body, secret, seconds);
  it.each([-301, 301])('is invalid when its time is %d s off', (off) =>
    expect(isValid(sign(body, secret, seconds + off))).toBe(false),
  );
  it('is invalid for another body', () => expect(isValid(valid, `${body} `)).toBe(false));
  it('is invalid with another secret', () => expect(isValid(sign(body, `${secret}.`, seconds))).toBe(false));
  it('is invalid with another time', () =>
    expect(isValid(valid.replace(String(seconds), String(seconds + 1)))).toBe(false));
  it.each([
    undefined,
    '',
    'x',
    `v1=${'0'.repeat(64)}`,
    `t=${seconds},v1=`,
    `t=${seconds},v1=${'g'.repeat(64)}`,
    `${valid},v1=${'0'.repeat(64)}`,
    valid.toUpperCase(),
  ])('is invalid: %s', (signature) => expect(isValid(signature)).toBe(false));
});
