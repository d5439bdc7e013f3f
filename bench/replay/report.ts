import { comparisonReport } from '../frame/comparison.js';
import { machineLoad, medianOf, spreadOf, type Column, type Report } from '../frame/report.js';
import { milliseconds, number } from '../frame/statistics.js';
import type { Round } from './measure.js';

export const columns: readonly Column<Round>[] = [
  spreadOf('messages/s', ({ perSecond }) => perSecond),
  spreadOf('seconds', ({ seconds }) => seconds, 1),
  spreadOf('CPU µs a message', ({ cpu }) => cpu.replay),
  spreadOf('of PostgreSQL', ({ cpu }) => cpu.postgres),
  spreadOf('of Kafka', ({ cpu }) => cpu.kafka, 1),
  medianOf('table locked', ({ lockedMs }) => lockedMs, milliseconds),
  machineLoad,
];

export const reportOf = (products: number, rounds: Record<'rebuild' | 'recovery', readonly Round[]>): Report =>
  comparisonReport({
    title: 'Replay and recovery',
    what: `${number(rounds.rebuild[0]!.messages)} messages into ${number(products)} rows, beside the live table and exchanged for it; and a database with ${number(rounds.recovery[0]!.messages)} messages handled and as many published. Each in a fresh process.`,
    sharedWith: 'Kafka and PostgreSQL',
    columns,
    lines: [
      { labels: ['a projection, rebuilt'], rounds: rounds.rebuild },
      { labels: ['a lost database, recovered'], rounds: rounds.recovery },
    ],
    chartTitle: 'Replay and recovery: messages a second',
    figures: { products, rounds },
  });
