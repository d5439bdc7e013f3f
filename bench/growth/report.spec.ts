import { describe, expect, it } from '@jest/globals';
import { chart, markdown, nameOf, type GrowthReport, type OldRound } from './report.js';

const round = (perSecond: number, databaseBytes: number): OldRound => ({
  perSecond,
  p50: 10.4,
  p95: 20,
  p99: 30,
  acceptedP50: 3,
  cpu: { order: 100 },
  memory: { order: 120 },
  orders: 1_000,
  sentAway: 0,
  machineLoad: 1.25,
  busy: 0.9,
  buyers: 200,
  databaseBytes,
  preparation: 12.4,
});
const report: GrowthReport = {
  machine: '2 × a processor <x>',
  mode: { kind: 'closed', outstanding: 2_000 },
  seconds: 15,
  rounds: {
    [nameOf(0)]: [round(900, 2 ** 25), round(1_000, 2 ** 25)],
    [nameOf(10_000)]: [round(891, 2 ** 28), round(1_000, 2 ** 28)],
  },
};

describe('a report on growth', () => {
  it('compares each number of past orders with none, round by round', () =>
    expect(markdown(report)).toContain('| 10,000 past orders | 891 [891–1,000] | 0.99 [0.99–1.00] |'));
  it('says how large the databases were', () =>
    expect(markdown(report)).toContain('| 10,000 past orders | 256 | 12 s |'));
  it('draws a bar for each, and breaks on no name', () => {
    expect(chart(report).match(/fill="#2f6f8f"/g)).toHaveLength(2);
    expect(chart(report)).toContain('&lt;x>');
  });
});
