import { barOf, bars } from '../ground/bars.js';
import { tableOf } from '../ground/markdown.js';
import { median, spread } from '../ground/spread.js';
import { bytes, partitions } from './parcels.js';
import { relays, steadyRate, type Plan, type RelayName, type Round } from './measure.js';

export interface Report {
  readonly machine: string;
  readonly plan: Plan;
  readonly rounds: Readonly<Record<RelayName, readonly Round[]>>;
}

const titles: Readonly<Record<RelayName, string>> = { library: 'Tradewind', bare: 'bare pg and kafkajs' };

/** Round by round: what was measured one after the other is compared. */
export const ratios = ({ rounds }: Report): number[] =>
  rounds.library.map(({ perSecond }, index) => perSecond / rounds.bare[index]!.perSecond);

export function markdown(report: Report): string {
  const { machine, plan, rounds } = report;
  return [
    '# From the outbox to Kafka',
    '',
    `${plan.rows.toLocaleString('en')} rows of ${bytes} bytes, written by the library's own append, to a topic of ${partitions} partitions; then ${steadyRate} commits a second for ${plan.steadySeconds} s. ${rounds.library.length} rounds in turn; median [least–most]. ${machine}; Kafka, PostgreSQL, the relay and the consumer share it.`,
    '',
    ...tableOf(
      [
        'relay',
        'drain, rows/s',
        'of bare',
        'CPU µs a row',
        'PostgreSQL’s',
        'commit to consumer, p50 ms',
        'p99 ms',
        'load',
      ],
      relays.map((name) => [
        titles[name],
        spread(rounds[name].map(({ perSecond }) => perSecond)),
        name === 'bare' ? '1' : spread(ratios(report), 2),
        spread(
          rounds[name].map(({ cpu }) => cpu),
          1,
        ),
        spread(
          rounds[name].map(({ postgresCpu }) => postgresCpu),
          1,
        ),
        spread(
          rounds[name].map(({ p50 }) => p50),
          1,
        ),
        spread(
          rounds[name].map(({ p99 }) => p99),
          1,
        ),
        median(rounds[name].map(({ machineLoad }) => machineLoad)).toFixed(1),
      ]),
    ),
    '',
  ].join('\n');
}

export const chart = ({ machine, plan, rounds }: Report): string =>
  bars({
    title: `Rows a second from the outbox to Kafka: ${plan.rows.toLocaleString('en')} rows of ${bytes} bytes`,
    note: machine,
    bars: relays.map((name) =>
      barOf(
        titles[name],
        rounds[name].map(({ perSecond }) => perSecond),
      ),
    ),
  });
