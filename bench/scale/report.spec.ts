import { describe, expect, it } from '@jest/globals';
import { chart, efficiency, markdown, sound, type Report } from './report.js';

const row = (consumers: number, perSecond: number): Report['rows'][number] => ({
  consumers,
  perSecond,
  p50: 60,
  p99: 90.4,
  busy: 0.5,
  ours: 0.25,
  cpu: 2_345,
  machineLoad: 1.25,
});
const report: Report = {
  machine: '2 × a processor <x>',
  seconds: 20,
  rows: [row(1, 75), row(8, 540)],
  changes: [{ what: 'one is killed', sharedAfter: 12_345, pause: 8, slowest: 31_000 }],
  published: 1_000,
  lost: 0,
  doubled: 0,
  orderViolations: 0,
  recordsAgain: 3,
  callsAgain: 4,
};

describe('a report', () => {
  it('measures each row by n times the first', () =>
    expect(report.rows.map((each) => efficiency(each, report.rows))).toEqual([1, 0.9]));
  it('has a line a row and a change', () => {
    const text = markdown(report);
    expect(text).toContain('| 8 | 540.0 | 90 % | 60 ms | 90 ms | 2.3 ms | 50 % | 50 % | 1.3 |');
    expect(text).toContain('| one is killed | 12,345 ms | 8 ms | 31,000 ms |');
    expect(text).toContain('| 1,000 | 0 | 0 | 0 | 3 | 4 |');
    expect(text).toContain('8 consumers reached 90 % of 8 times the first row.');
  });
  it('draws a bar a row, and breaks on no name', () => {
    const drawn = chart(report);
    expect(drawn.match(/fill="#2f6f8f"/g)).toHaveLength(2);
    expect(drawn).toContain('&lt;x>');
  });
  it.each(['lost', 'doubled', 'orderViolations'] as const)('is not sound with something %s', (what) =>
    expect([sound(report), sound({ ...report, [what]: 1 })]).toEqual([true, false]),
  );
});
