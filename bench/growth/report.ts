import { medianOf, tableOf, type Report } from '../frame/report.js';
import { number } from '../frame/statistics.js';
import { orderReport, type Results } from '../orders/report.js';
import type { Mode, Round } from '../orders/round.js';

/** A round with past orders. */
export interface PastRound extends Round {
  /** Bytes of all databases at the start. */
  readonly databaseBytes: number;
  /** Seconds to start the shop and to add its past orders. */
  readonly preparation: number;
}

export const nameOf = (orders: number): string => (orders === 0 ? 'no past orders' : `${number(orders)} past orders`);

const columns = [
  medianOf<PastRound>('MiB of databases', ({ databaseBytes }) => databaseBytes / 2 ** 20, number),
  medianOf<PastRound>('s to prepare', ({ preparation }) => preparation, number),
];

export function reportOf(mode: Mode, seconds: number, results: Results<PastRound>): Report {
  const lines = Object.entries(results).map(([name, rounds]) => ({ labels: [name], rounds }));
  return orderReport('What past orders cost', mode, seconds, results, [tableOf([''], columns, lines)]);
}
