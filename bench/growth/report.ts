import { tableOf } from '../ground/markdown.js';
import { median } from '../ground/spread.js';
import type { Round } from '../saga/measure.js';
import { barsOf, circumstances, tablesOf, whole, type Report } from '../saga/report.js';

/** A round over so many past orders. */
export interface OldRound extends Round {
  /** Bytes of all databases together when it began. */
  readonly databaseBytes: number;
  /** Seconds in which the shop was opened and got its past. */
  readonly preparation: number;
}

/** By the number of past orders. */
export interface GrowthReport extends Report {
  readonly rounds: Readonly<Record<string, readonly OldRound[]>>;
}

/** What a number of past orders is called. */
export const nameOf = (orders: number): string => (orders === 0 ? 'no past orders' : `${whole(orders)} past orders`);

export function markdown(report: GrowthReport): string {
  const { rounds } = report;
  return [
    '# What past orders cost',
    '',
    circumstances(report),
    '',
    ...tablesOf(rounds),
    ...tableOf(
      ['', 'MiB of databases', 'ready after'],
      Object.entries(rounds).map(([name, each]) => [
        name,
        whole(median(each.map(({ databaseBytes }) => databaseBytes)) / 2 ** 20),
        `${whole(median(each.map(({ preparation }) => preparation)))} s`,
      ]),
    ),
    '',
  ].join('\n');
}

export const chart = ({ machine, rounds }: GrowthReport): string =>
  barsOf('Orders a second, by past orders', machine, rounds);
