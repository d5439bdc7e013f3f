import { describe, expect, it } from '@jest/globals';
import { markdown } from '../frame/report.js';
import { nameOf, reportOf, type PastRound } from './report.js';

const round = (perSecond: number, databaseBytes: number): PastRound => ({
  perSecond,
  p50: 10.4,
  p95: 20,
  p99: 30,
  acceptedP50: 3,
  cpu: { order: 100 },
  memory: { order: 120 },
  orders: 1_000,
  rejectedCalls: 0,
  machineLoad: 1.25,
  busy: 0.9,
  buyers: 200,
  databaseBytes,
  preparation: 12.4,
});

describe('a report on growth', () => {
  const report = reportOf({ kind: 'closed', outstanding: 2_000 }, 15, {
    [nameOf(0)]: [round(900, 2 ** 25), round(1_000, 2 ** 25)],
    [nameOf(10_000)]: [round(891, 2 ** 28), round(1_000, 2 ** 28)],
  });
  it('compares each number of past orders with none, round by round', () =>
    expect(markdown(report)).toContain('| 10,000 past orders | 891 [891–1,000] | 0.99 [0.99–1.00] |'));
  it('has the size of the databases', () => expect(markdown(report)).toContain('| 10,000 past orders | 256 | 12 |'));
  it('has a bar for each', () => expect(report.chart.match(/fill="#2f6f8f"/g)).toHaveLength(2));
});
