import { describe, expect, it } from '@jest/globals';
import { markdown } from '../frame/report.js';
import type { Row } from './measure.js';
import { reportOf, type Totals } from './report.js';

const row = (consumers: number, perSecond: number): Row => ({
  consumers,
  perSecond,
  p50: 60,
  p99: 90.4,
  busy: 0.5,
  used: 0.25,
  cpu: 2_345,
  machineLoad: 1.25,
});
const totals: Totals = {
  published: 1_000,
  lost: 0,
  orderViolations: 0,
  completedTwice: 0,
  repeatedRecords: 3,
  repeatedCalls: 4,
};
const changes = [{ what: 'one is killed', assignedAfter: 12_345, pause: 8, slowest: 31_000 }];
const report = (counts: Totals) => reportOf(20, [row(1, 75), row(8, 540)], changes, counts);

describe('a report on consumers of one group', () => {
  it('has a line for each row and each change', () => {
    const text = markdown(report(totals));
    expect(text).toContain('| 1 | 75.0 | 100 % |');
    expect(text).toContain('| 8 | 540.0 | 90 % | 60 ms | 90 ms | 2.3 ms | 50 % | 50 % | 1.3 |');
    expect(text).toContain('| one is killed | 12,345 ms | 8 ms | 31,000 ms |');
    expect(text).toContain('| 1,000 | 0 | 0 | 0 | 3 | 4 |');
    expect(text).toContain('8 consumers reached 90 % of 8 times the first row.');
  });
  it('has a bar and a target for each row', () => {
    expect(report(totals).chart.match(/fill="#2f6f8f"/g)).toHaveLength(2);
    expect(report(totals).chart.match(/stroke-dasharray/g)).toHaveLength(2);
  });
  it.each(['lost', 'completedTwice', 'orderViolations'] as const)('is a failure with a job %s', (what) =>
    expect([totals, { ...totals, [what]: 1 }].map((each) => report(each).failure !== undefined)).toEqual([false, true]),
  );
});
