import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { Timers } from '@tradewind/kernel';
import { deviceOf, newDeviceToken } from '../tokens/device-token.js';
import { LoginThrottle, type Attempt } from './login-throttle.js';

const delays: number[] = [];
const timers: Timers = {
  after: () => () => undefined,
  wait: (milliseconds) => Promise.resolve(void delays.push(milliseconds)),
};
const aThrottle = () => new LoginThrottle({ now: () => new Date(0) }, timers);
const from = (account: string, address = '10.0.0.1', device?: string): Attempt => ({ account, address, device });

/** How many of so many attempts are admitted. */
async function admitted(throttle: LoginThrottle, count: number, attempt: (at: number) => Attempt): Promise<number> {
  const attempts = await Promise.allSettled(Array.from({ length: count }, (_, at) => throttle.admit(attempt(at))));
  return attempts.filter(({ status }) => status === 'fulfilled').length;
}
const logsIn = async (throttle: LoginThrottle, attempt: Attempt): Promise<boolean> => {
  const isAdmitted = (await admitted(throttle, 1, () => attempt)) === 1;
  if (isAdmitted) throttle.succeeded(attempt);
  return isAdmitted;
};

describe('36 people behind one address with a guesser', () => {
  it('log in while one account is guessed', async () => {
    const throttle = aThrottle();
    expect(await admitted(throttle, 1_000, () => from('victim'))).toBeLessThan(20);
    for (let person = 0; person < 36; person++) expect(await logsIn(throttle, from(`person ${person}`))).toBe(true);
  });
  it('log in on known devices while many accounts are guessed', async () => {
    const throttle = aThrottle();
    expect(await admitted(throttle, 1_000, (at) => from(`account ${at}`))).toBeLessThan(110);
    for (let person = 0; person < 36; person++)
      expect(await logsIn(throttle, from(`person ${person}`, '10.0.0.1', `device ${person}`))).toBe(true);
    expect(await logsIn(throttle, from('stranger'))).toBe(false);
  });
  it('are not held up by guesses at their own account', async () => {
    const throttle = aThrottle();
    await admitted(throttle, 1_000, (at) => from('ann', `10.0.0.${at % 250}`));
    delays.length = 0;
    expect(await logsIn(throttle, from('ann', '10.0.0.1', 'laptop'))).toBe(true);
    expect(delays).toEqual([]);
  });
});

describe('a network', () => {
  it('is counted as one address', async () => {
    const throttle = aThrottle();
    expect(await admitted(throttle, 100, (at) => from('victim', `2001:db8:1:2::${at}`))).toBeLessThan(20);
    expect(await logsIn(throttle, from('victim', '2001:db8:1:3::1'))).toBe(true);
  });
});

describe('a stolen device', () => {
  it('guesses no more than an address', async () =>
    expect(await admitted(aThrottle(), 100, (at) => from('ann', `10.0.0.${at}`, 'laptop'))).toBeLessThan(20));
});

describe('a success', () => {
  it('clears the failures before it', async () => {
    const throttle = aThrottle();
    for (let round = 0; round < 10; round++) {
      expect(await admitted(throttle, 9, () => from('ann'))).toBe(9);
      expect(await logsIn(throttle, from('ann'))).toBe(true);
    }
  });
});

describe('a device token', () => {
  const prove = (text: string): string => Buffer.from(text.padEnd(32).slice(-32)).toString('base64url');
  const random = { bytes: (count: number) => randomBytes(count) } as never;
  it('names its device for its account only', () => {
    const token = newDeviceToken('ann', prove, random);
    expect(deviceOf(token, 'ann', prove)).toBe(token.slice(0, 22));
    for (const other of [
      undefined,
      '',
      token.slice(1),
      `${'A'.repeat(22)}${token.slice(22)}`,
      `${token.slice(0, 23)}${'A'.repeat(43)}`,
    ])
      expect(deviceOf(other, 'ann', prove)).toBeUndefined();
    expect(deviceOf(token, 'bob', prove)).toBeUndefined();
  });
});
