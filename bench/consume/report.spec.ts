import { describe, expect, it } from '@jest/globals';
import type { WorkName } from '../articles/work.js';
import type { Round } from './measure.js';
import { chart, markdown, ratios, type Course, type Report } from './report.js';

const round = (perSecond: number): Round => ({
  perSecond,
  messagesATransaction: 480,
  cpu: { consumer: 60, postgres: 30, kafka: 5 },
  machineLoad: 1.25,
});
const course = (work: WorkName, partitions: number): Course => ({
  work,
  partitions,
  rounds: { library: [round(12_000), round(9_000), round(10_000)], bare: [round(600), round(900), round(400)] },
});
const report: Report = {
  machine: '2 × a processor <x>',
  messages: { library: 100_000, bare: 10_000 },
  courses: [course('shelves', 1), course('shelves', 12), course('copies', 1)],
};

describe('a report', () => {
  it('compares what was measured one after the other', () => expect(ratios(report.courses[0]!)).toEqual([20, 10, 25]));
  it('has a line a contestant and number of partitions', () => {
    const text = markdown(report);
    expect(text).toContain(
      '| Tradewind | 12 | 10,000 [9,000–12,000] | 20.0 [10.0–25.0] | 480 | 60 [60–60] | 30 [30–30] | 5 [5–5] | 1.3 |',
    );
    expect(text).toContain('| a transaction a message | 1 | 600 [400–900] | 1 |');
    expect(text.match(/^\| Tradewind/gm)).toHaveLength(3);
  });
  it('draws a bar each, and breaks on no name', () => {
    const drawn = chart(report);
    expect(drawn.match(/fill="#2f6f8f"/g)).toHaveLength(6);
    expect(drawn).toContain('&lt;x>');
  });
});
