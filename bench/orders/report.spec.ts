import { describe, expect, it } from '@jest/globals';
import { markdown } from '../frame/report.js';
import { orderReport, type Results } from './report.js';
import type { Round } from './round.js';

const round = (perSecond: number, cpu: Record<string, number> = { order: 100, PostgreSQL: 50 }): Round => ({
  perSecond,
  p50: 10.4,
  p95: 20,
  p99: 30,
  acceptedP50: 3,
  cpu,
  memory: { order: 120, PostgreSQL: 300 },
  orders: 1_000,
  rejectedCalls: 0,
  machineLoad: 1.25,
  busy: 0.9,
  buyers: 200,
});
const report = (results: Results) => orderReport('Orders', { kind: 'closed', outstanding: 2_000 }, 15, results);

describe('a report on orders', () => {
  const three = report({
    shop: [round(900), round(1_000), round(1_100)],
    bare: [round(1_800), round(2_000), round(1_600)],
  });
  it('has the median and the range of each variant, and ratios of rounds that ran in turn', () => {
    expect(markdown(three)).toContain(
      '| shop | 1,000 [900–1,100] | 1.00 [1.00–1.00] | 10 ms | 20 ms | 30 ms | 3 ms | 150 [150–150] | 200 | 90 % | 1.3 |',
    );
    expect(markdown(three)).toContain('| bare | 1,800 [1,600–2,000] | 2.00 [1.45–2.00] |');
  });
  it('has the processes of each variant, and a dash where it has no such process', () => {
    const text = markdown(report({ shop: [round(900, { order: 100, payment: 7 })], bare: [round(1_800)] }));
    expect(text).toContain('| order | 100 / 120 | 100 / 120 |');
    expect(text).toContain('| payment | 7 / 0 | – |');
  });
  it('has a bar for each', () => expect(three.chart.match(/fill="#2f6f8f"/g)).toHaveLength(2));
});
