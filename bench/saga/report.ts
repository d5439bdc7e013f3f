import { barOf, bars } from '../ground/bars.js';
import { ms, percent, tableOf } from '../ground/markdown.js';
import { median, spread } from '../ground/spread.js';
import { cpuOf, type Mode, type Round } from './measure.js';

export interface Report {
  readonly machine: string;
  readonly mode: Mode;
  readonly seconds: number;
  /** By contestant. */
  readonly rounds: Readonly<Record<string, readonly Round[]>>;
}

export const whole = (value: number): string => Math.round(value).toLocaleString('en');

const modeOf = (mode: Mode): string => {
  switch (mode.kind) {
    case 'closed':
      return `${whole(mode.outstanding)} orders without an outcome at any time`;
    case 'open':
      return `${whole(mode.perSecond)} orders a second`;
    case 'burst':
      return `${whole(mode.orders)} orders at once`;
  }
};

/** Ratios are made round by round: what was measured one after the other is compared. */
function ratios(rounds: readonly Round[], others: readonly Round[]): string {
  const each = rounds.map((round, index) => round.perSecond / others[index]!.perSecond);
  const text = (value: number): string => value.toFixed(2);
  return `${text(median(each))} [${text(Math.min(...each))}–${text(Math.max(...each))}]`;
}

export function markdown({ machine, mode, seconds, rounds }: Report): string {
  return [
    '# Orders, from the call to their outcome',
    '',
    circumstances({ machine, mode, seconds, rounds }),
    '',
    ...tablesOf(rounds),
  ].join('\n');
}

/** How it was measured. */
export const circumstances = ({ machine, mode, seconds, rounds }: Report): string =>
  `${modeOf(mode)}; ${seconds} s a round, ${Object.values(rounds)[0]!.length} rounds in turn; median [least–most]. ${machine}; Kafka, PostgreSQL, the shop and its buyers share it.`;

/** What each did, compared with the first, and what its processes took. */
export function tablesOf(rounds: Report['rounds']): string[] {
  const entries = Object.entries(rounds);
  const [, first] = entries[0]!;
  const processes = [...new Set(entries.flatMap(([, each]) => each.flatMap(({ cpu }) => Object.keys(cpu))))];
  return [
    ...tableOf(
      [
        '',
        'orders/s',
        `of ${entries[0]![0]}`,
        'p50',
        'p95',
        'p99',
        'answered, p50',
        'CPU µs an order',
        'buyers’',
        'processors busy',
        'load',
      ],
      entries.map(([name, each]) => [
        name,
        spread(each.map(({ perSecond }) => perSecond)),
        ratios(each, first),
        ms(median(each.map(({ p50 }) => p50))),
        ms(median(each.map(({ p95 }) => p95))),
        ms(median(each.map(({ p99 }) => p99))),
        ms(median(each.map(({ acceptedP50 }) => acceptedP50))),
        spread(each.map(cpuOf)),
        whole(median(each.map(({ buyers }) => buyers))),
        percent(median(each.map(({ busy }) => busy))),
        median(each.map(({ machineLoad }) => machineLoad)).toFixed(1),
      ]),
    ),
    '',
    ...tableOf(
      ['CPU µs an order / most MiB resident', ...entries.map(([name]) => name)],
      processes.map((process) => [process, ...entries.map(([, each]) => perProcess(each, process))]),
    ),
    '',
  ];
}

function perProcess(rounds: readonly Round[], process: string): string {
  if (rounds[0]?.cpu[process] === undefined) return '–';
  return `${whole(median(rounds.map(({ cpu }) => cpu[process] ?? 0)))} / ${whole(Math.max(...rounds.map(({ memory }) => memory[process] ?? 0)))}`;
}

export const chart = ({ machine, mode, rounds }: Report): string =>
  barsOf(`Orders a second: ${modeOf(mode)}`, machine, rounds);

/** Orders a second of each. */
export const barsOf = (title: string, note: string, rounds: Report['rounds']): string =>
  bars({
    title,
    note,
    bars: Object.entries(rounds).map(([name, each]) =>
      barOf(
        name,
        each.map(({ perSecond }) => perSecond),
      ),
    ),
  });
