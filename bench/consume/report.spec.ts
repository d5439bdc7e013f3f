import { describe, expect, it } from '@jest/globals';
import { markdown } from '../frame/report.js';
import type { WorkloadName } from '../workload/workload.js';
import type { Round } from './measure.js';
import { reportOf, type Result } from './report.js';

const round = (perSecond: number): Round => ({
  perSecond,
  messagesATransaction: 480,
  cpu: { consumer: 60, postgres: 30, kafka: 5 },
  machineLoad: 1.25,
});
const result = (workload: WorkloadName, partitions: number): Result => ({
  workload,
  partitions,
  rounds: {
    decisions: [round(12_000), round(9_000), round(10_000)],
    transactional: [round(3_000), round(3_000), round(3_000)],
    bare: [round(600), round(900), round(400)],
  },
});

describe('a report on consumers', () => {
  const results = [result('stock', 1), result('stock', 12), result('prices', 1)];
  const report = reportOf({ decisions: 100_000, transactional: 25_000, bare: 5_000 }, results);
  it('has a line for each consumer and number of partitions', () => {
    const text = markdown(report);
    expect(text).toContain(
      '| decisions | 12 | 10,000 [9,000–12,000] | 20.0 [10.0–25.0] | 480 | 60 [60–60] | 30 [30–30] | 5 [5–5] | 1.3 |',
    );
    expect(text).toContain('| without the library | 1 | 600 [400–900] | 1 |');
    expect(text.match(/^\| decisions/gm)).toHaveLength(3);
  });
  it('has a bar for each', () => expect(report.chart.match(/fill="#2f6f8f"/g)).toHaveLength(9));
});
