import { describe, expect, it } from '@jest/globals';
import type { Figures, Round } from './measure.js';
import { added, chart, markdown, ratios, type Report } from './report.js';

const figures = (perSecond: number, p50: number, cpu: Record<string, number>): Figures => ({
  perSecond,
  p50,
  p99: p50 * 3,
  cpu,
  busy: 0.9,
  machineLoad: 1.25,
});
const round = (service: number, gateway: number): Round => ({
  service: figures(service, 2, { gateway: 1, product: 300, PostgreSQL: 100, asking: 90 }),
  gateway: figures(gateway, 3.5, { gateway: 150, product: 310, PostgreSQL: 100, asking: 90 }),
});
const report: Report = {
  machine: '2 × a processor <x>',
  plan: { inFlight: 64, perSecond: 200, seconds: 8 },
  courses: [
    {
      question: 'one product',
      service: 'product',
      rounds: [round(2_000, 1_500), round(1_000, 900), round(3_000, 1_800)],
    },
  ],
};

describe('a report', () => {
  it('compares what was measured one after the other', () => {
    expect(ratios(report.courses[0]!)).toEqual([0.75, 0.9, 0.6]);
    expect(added(report.courses[0]!, 'p99')).toEqual([4.5, 4.5, 4.5]);
  });
  it('has a line a question and way, and what the gateway adds', () => {
    const text = markdown(report);
    expect(text).toContain(
      '| one product | of the service itself | 2,000 [1,000–3,000] |  | 2.0 [2.0–2.0] |  | 6.0 [6.0–6.0] |  | 90 % | 1.3 |',
    );
    expect(text).toContain(
      '| one product | through the gateway | 1,500 [900–1,800] | 0.75 [0.60–0.90] | 3.5 [3.5–3.5] | 1.5 [1.5–1.5] | 10.5 [10.5–10.5] | 4.5 [4.5–4.5] | 90 % | 1.3 |',
    );
  });
  it('says whose processors a request costs, and leaves the gateway out where nothing went through it', () => {
    const text = markdown(report);
    expect(text).toContain('| one product | of the service itself | – | 300 [300–300] | 100 [100–100] | 90 [90–90] |');
    expect(text).toContain('| one product | through the gateway | 150 [150–150] | 310 [310–310] |');
  });
  it('draws a bar each, and breaks on no name', () => {
    const drawn = chart(report);
    expect(drawn.match(/fill="#2f6f8f"/g)).toHaveLength(2);
    expect(drawn).toContain('&lt;x>');
  });
});
