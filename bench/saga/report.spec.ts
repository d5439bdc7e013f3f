import { describe, expect, it } from '@jest/globals';
import type { Round } from './measure.js';
import { chart, markdown, type Report } from './report.js';

const round = (perSecond: number, cpu: Record<string, number> = { order: 100, PostgreSQL: 50 }): Round => ({
  perSecond,
  p50: 10.4,
  p95: 20,
  p99: 30,
  acceptedP50: 3,
  cpu,
  memory: { order: 120, PostgreSQL: 300 },
  orders: 1_000,
  sentAway: 0,
  machineLoad: 1.25,
  busy: 0.9,
  buyers: 200,
});
const report: Report = {
  machine: '2 × a processor <x>',
  mode: { kind: 'closed', outstanding: 2_000 },
  seconds: 15,
  rounds: { shop: [round(900), round(1_000), round(1_100)], bare: [round(1_800), round(2_000), round(1_600)] },
};

describe('a report', () => {
  it('has the median and the range of each, and the ratios of what was measured in one round', () => {
    const text = markdown(report);
    expect(text).toContain(
      '| shop | 1,000 [900–1,100] | 1.00 [1.00–1.00] | 10 ms | 20 ms | 30 ms | 3 ms | 150 [150–150] | 200 | 90 % | 1.3 |',
    );
    expect(text).toContain('| bare | 1,800 [1,600–2,000] | 2.00 [1.45–2.00] |');
  });
  it('has the processes of each, and a dash where one has no such process', () => {
    const text = markdown({
      ...report,
      rounds: { shop: [round(900, { order: 100, payment: 7 })], bare: [round(1_800)] },
    });
    expect(text).toContain('| order | 100 / 120 | 100 / 120 |');
    expect(text).toContain('| payment | 7 / 0 | – |');
  });
  it('draws a bar each, and breaks on no name', () => {
    const drawn = chart(report);
    expect(drawn.match(/fill="#2f6f8f"/g)).toHaveLength(2);
    expect(drawn).toContain('&lt;x>');
  });
});
