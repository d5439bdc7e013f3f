import { ms, percent, tableOf } from '../ground/markdown.js';
import { abreast, callMs, jobs } from './job.js';
import type { Change, Row } from './measure.js';

/** Everything that was measured, and whether it was right. */
export interface Report {
  readonly machine: string;
  readonly seconds: number;
  readonly rows: readonly Row[];
  readonly changes: readonly Change[];
  readonly published: number;
  readonly lost: number;
  /** Effects that were settled more than once. */
  readonly doubled: number;
  readonly orderViolations: number;
  /** Records that came again and had no effect, and calls that were made again by whoever took over. */
  readonly recordsAgain: number;
  readonly callsAgain: number;
}

export const sound = ({ lost, doubled, orderViolations }: Report): boolean =>
  lost === 0 && doubled === 0 && orderViolations === 0;

/** What of `n` times the first row a row has reached. */
export const efficiency = (row: Row, rows: readonly Row[]): number =>
  (row.perSecond * rows[0]!.consumers) / (rows[0]!.perSecond * row.consumers);

export function markdown(report: Report): string {
  const { rows, changes } = report;
  const last = rows.at(-1)!;
  return [
    '# Consumers of one group',
    '',
    `One topic of ${jobs.partitions} partitions; each consumer is a process, and has ${abreast} calls of ${callMs} ms to the outside under way at most. ${report.machine}; Kafka, PostgreSQL, the consumers and whoever publishes share it. ${report.seconds} s a row and load.`,
    '',
    ...tableOf(
      [
        'consumers',
        'messages/s',
        'of n × the first row',
        'p50 from publication to effect',
        'p99',
        'on processors a message',
        'processors busy',
        'of that with this',
        'load',
      ],
      rows.map((row) => [
        String(row.consumers),
        row.perSecond.toFixed(1),
        percent(efficiency(row, rows)),
        ms(row.p50),
        ms(row.p99),
        ms(row.cpu / 1_000, 1),
        percent(row.busy),
        percent(row.ours / row.busy),
        row.machineLoad.toFixed(1),
      ]),
    ),
    '',
    'Messages/s: with as much to do as they can do. The waits: at seven tenths of that.',
    '',
    ...tableOf(
      ['change under load', 'partitions shared out after', 'nothing handed over for at most', 'slowest job'],
      changes.map(({ what, sharedAfter, pause, slowest }) => [what, ms(sharedAfter), ms(pause), ms(slowest)]),
    ),
    '',
    ...tableOf(
      [
        'published',
        'lost',
        'order violations',
        'doubled effects',
        'duplicates absorbed: records',
        'calls made again after a death',
      ],
      [
        [
          report.published,
          report.lost,
          report.orderViolations,
          report.doubled,
          report.recordsAgain,
          report.callsAgain,
        ].map((count) => count.toLocaleString('en')),
      ],
    ),
    '',
    `${last.consumers} consumers reached ${percent(efficiency(last, rows))} of ${last.consumers / rows[0]!.consumers} times the first row.`,
    '',
  ].join('\n');
}

const [width, height, left, top, bottom] = [640, 360, 64, 40, 56];

/** Bars of what was reached, each with a line at n times the first. */
export function chart({ rows, machine }: Report): string {
  const highest = Math.max(...rows.map((row) => Math.max(row.perSecond, idealOf(row, rows)))) * 1.1;
  const y = (value: number): number => height - bottom - (value / highest) * (height - top - bottom);
  const step = (width - left - 16) / rows.length;
  const bars = rows.flatMap((row, index) => {
    const x = left + index * step + step * 0.2;
    const middle = x + step * 0.3;
    const ideal = y(idealOf(row, rows)).toFixed(1);
    return [
      `<rect x="${x.toFixed(1)}" y="${y(row.perSecond).toFixed(1)}" width="${(step * 0.6).toFixed(1)}" height="${(y(0) - y(row.perSecond)).toFixed(1)}" fill="#2f6f8f"/>`,
      `<line x1="${(x - 8).toFixed(1)}" x2="${(x + step * 0.6 + 8).toFixed(1)}" y1="${ideal}" y2="${ideal}" stroke="#c0562f" stroke-width="2" stroke-dasharray="5 3"/>`,
      `<text x="${middle.toFixed(1)}" y="${(y(row.perSecond) + 18).toFixed(1)}" text-anchor="middle" fill="#ffffff">${Math.round(row.perSecond)}</text>`,
      `<text x="${middle.toFixed(1)}" y="${height - bottom + 18}" text-anchor="middle">${row.consumers}</text>`,
      `<text x="${middle.toFixed(1)}" y="${height - bottom + 34}" text-anchor="middle" fill="#666666">${percent(efficiency(row, rows))}</text>`,
    ];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<text x="${left}" y="22" font-size="14">Messages a second by consumers; dashed: n times the first</text>`,
    `<line x1="${left}" x2="${width - 16}" y1="${y(0)}" y2="${y(0)}" stroke="#333333"/>`,
    `<text x="${left - 8}" y="${y(0)}" text-anchor="end">0</text>`,
    `<text x="${left - 8}" y="${y(highest / 1.1).toFixed(1)}" text-anchor="end">${Math.round(highest / 1.1)}</text>`,
    ...bars,
    `<text x="${left}" y="${height - 8}" fill="#666666" font-size="10">${machine.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</text>`,
    '</svg>',
    '',
  ].join('\n');
}

const idealOf = (row: Row, rows: readonly Row[]): number => (rows[0]!.perSecond * row.consumers) / rows[0]!.consumers;
