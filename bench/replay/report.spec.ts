import { describe, expect, it } from '@jest/globals';
import type { Round } from './measure.js';
import { chart, markdown, type Report } from './report.js';

const round = (messages: number, seconds: number, lockedMilliseconds: number | undefined): Round => ({
  messages,
  seconds,
  perSecond: messages / seconds,
  cpu: { replay: 40, postgres: 20, kafka: 1.25 },
  lockedMilliseconds,
  machineLoad: 1.25,
});
const report: Report = {
  machine: '2 × a processor <x>',
  articles: 20_000,
  rounds: {
    rebuild: [round(200_000, 10, 60), round(200_000, 8, 40), round(200_000, 20, 50)],
    recovery: [round(100_000, 5, undefined)],
  },
};

describe('a report', () => {
  it('has a line for what was rebuilt and for what was recovered', () => {
    const text = markdown(report);
    expect(text).toContain(
      '| a projection, rebuilt | 20,000 [10,000–25,000] | 10.0 [8.0–20.0] | 40 [40–40] | 20 [20–20] | 1.3 [1.3–1.3] | 50 ms | 1.3 |',
    );
    expect(text).toContain(
      '| a lost database, recovered | 20,000 [20,000–20,000] | 5.0 [5.0–5.0] | 40 [40–40] | 20 [20–20] | 1.3 [1.3–1.3] | – | 1.3 |',
    );
    expect(text).toContain('200,000 messages into 20,000 rows');
  });
  it('draws a bar each, and breaks on no name', () => {
    const drawn = chart(report);
    expect(drawn.match(/fill="#2f6f8f"/g)).toHaveLength(2);
    expect(drawn).toContain('&lt;x>');
  });
});
