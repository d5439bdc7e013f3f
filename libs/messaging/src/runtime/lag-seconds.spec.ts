import { describe, expect, it } from '@jest/globals';
import { LagSeconds } from './lag-seconds.js';

const at = (end: bigint, committed: bigint, partition = 0) => ({ topic: 't', partition, end, committed });

describe('the lag of a group in seconds', () => {
  it('is the time since the end was seen that the group has not reached', () => {
    const lag = new LagSeconds();
    expect(lag.read([at(10n, 10n)], 0)).toBe(0);
    expect(lag.read([at(20n, 10n)], 5_000)).toBe(0);
    expect(lag.read([at(30n, 10n)], 10_000)).toBe(5);
    expect(lag.read([at(30n, 20n)], 20_000)).toBe(10);
    expect(lag.read([at(30n, 29n)], 21_000)).toBe(11);
    expect(lag.read([at(30n, 30n)], 22_000)).toBe(0);
  });
  it('grows while the group commits nothing, also while nothing new arrives', () => {
    const lag = new LagSeconds();
    expect([0, 60_000, 120_000].map((now) => lag.read([at(5n, 1n)], now))).toEqual([0, 60, 120]);
  });
  it('is that of the slowest partition', () => {
    const lag = new LagSeconds();
    lag.read([at(5n, 5n), at(5n, 1n, 1)], 0);
    expect(lag.read([at(6n, 5n), at(5n, 1n, 1)], 30_000)).toBe(30);
  });
});
