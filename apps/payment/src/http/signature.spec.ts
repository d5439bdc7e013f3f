import { describe, expect, it } from '@jest/globals';
import { sign } from '../../../../tools/provider/webhook.js';
import { isSigned } from './signature.js';

const secret = 'a secret of the provider';
const now = new Date('2026-03-02T10:00:00Z');
const seconds = now.getTime() / 1_000;
const body = '{"id":"evt_1","key":"kåy"}';
const holds = (signature: string | undefined, bytes = body) => isSigned(signature, Buffer.from(bytes), secret, now);

describe('what the provider has signed', () => {
  it('holds', () => expect(holds(sign(body, secret, seconds))).toBe(true));
  it.each([-300, 300])('holds when it is %d s off', (off) =>
    expect(holds(sign(body, secret, seconds + off))).toBe(true),
  );
});

describe('anything else', () => {
  const good = sign(body, secret, seconds);
  it.each([-301, 301])('does not hold: %d s off', (off) =>
    expect(holds(sign(body, secret, seconds + off))).toBe(false),
  );
  it('does not hold over another body', () => expect(holds(good, `${body} `)).toBe(false));
  it('does not hold with another secret', () => expect(holds(sign(body, `${secret}.`, seconds))).toBe(false));
  it('does not hold with another time', () =>
    expect(holds(good.replace(String(seconds), String(seconds + 1)))).toBe(false));
  it.each([
    undefined,
    '',
    'x',
    `v1=${'0'.repeat(64)}`,
    `t=${seconds},v1=`,
    `t=${seconds},v1=${'g'.repeat(64)}`,
    `${good},v1=${'0'.repeat(64)}`,
    good.toUpperCase(),
  ])('does not hold: %s', (signature) => expect(holds(signature)).toBe(false));
});
