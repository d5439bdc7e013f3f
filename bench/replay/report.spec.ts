import { describe, expect, it } from '@jest/globals';
import { markdown } from '../frame/report.js';
import type { Round } from './measure.js';
import { reportOf } from './report.js';

const round = (messages: number, seconds: number, lockedMs: number | undefined): Round => ({
  messages,
  seconds,
  perSecond: messages / seconds,
  cpu: { replay: 40, postgres: 20, kafka: 1.25 },
  lockedMs,
  machineLoad: 1.25,
});

describe('a report on replay', () => {
  const report = reportOf(20_000, {
    rebuild: [round(200_000, 10, 60), round(200_000, 8, 40), round(200_000, 20, 50)],
    recovery: [round(100_000, 5, undefined)],
  });
  it('has a line for the rebuild and one for the recovery', () => {
    const text = markdown(report);
    expect(text).toContain(
      '| a projection, rebuilt | 20,000 [10,000–25,000] | 10.0 [8.0–20.0] | 40 [40–40] | 20 [20–20] | 1.3 [1.3–1.3] | 50 ms | 1.3 |',
    );
    expect(text).toContain('| a lost database, recovered | 20,000 | 5.0 | 40 | 20 | 1.3 | – | 1.3 |');
    expect(text).toContain('200,000 messages into 20,000 rows');
  });
  it('has a bar for each', () => expect(report.chart.match(/fill="#2f6f8f"/g)).toHaveLength(2));
});
