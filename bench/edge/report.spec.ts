import { describe, expect, it } from '@jest/globals';
import { markdown } from '../frame/report.js';
import type { Round } from './measure.js';
import { reportOf } from './report.js';

const round = (perSecond: number, p50: number, gateway: number, service: number): Round => ({
  perSecond,
  p50,
  p99: p50 * 3,
  cpu: { gateway, service, PostgreSQL: 100, client: 90 },
  busy: 0.9,
  machineLoad: 1.25,
});

describe('a report on the gateway', () => {
  const report = reportOf({ inFlight: 64, perSecond: 200, seconds: 8 }, [
    {
      endpoint: 'one product',
      rounds: {
        service: [2_000, 1_000, 3_000].map((perSecond) => round(perSecond, 2, 1, 300)),
        gateway: [1_500, 900, 1_800].map((perSecond) => round(perSecond, 3.5, 150, 310)),
      },
    },
  ]);
  const text = markdown(report);
  it('has a line for each endpoint and route, with what the gateway adds', () => {
    expect(text).toContain(
      '| one product | directly | 2,000 [1,000–3,000] |  | 2.0 [2.0–2.0] |  | 6.0 [6.0–6.0] |  | 90 % | 1.3 |',
    );
    expect(text).toContain(
      '| one product | through the gateway | 1,500 [900–1,800] | 0.75 [0.60–0.90] | 3.5 [3.5–3.5] | 1.5 [1.5–1.5] | 10.5 [10.5–10.5] | 4.5 [4.5–4.5] | 90 % | 1.3 |',
    );
  });
  it('has the CPU time of each process, and no gateway where requests go directly', () => {
    expect(text).toContain('| one product | directly | – | 300 [300–300] | 100 [100–100] | 90 [90–90] |');
    expect(text).toContain('| one product | through the gateway | 150 [150–150] | 310 [310–310] |');
  });
  it('has a bar for each', () => expect(report.chart.match(/fill="#2f6f8f"/g)).toHaveLength(2));
});
