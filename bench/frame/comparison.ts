import { machine } from '../environment/machine.js';
import { chartOf } from './chart.js';
import { tableOf, type Column, type Line, type Report } from './report.js';

/** Variants that were measured in turn, each with a line of a table and a bar of the chart. */
export interface Comparison<R> {
  readonly title: string;
  /** What was measured, in sentences. */
  readonly what: string;
  readonly sharedWith: string;
  readonly labels?: readonly string[];
  readonly columns: readonly Column<R>[];
  /** `bar`: the name of the bar; by default the first label. */
  readonly lines: readonly (Line<R> & { readonly bar?: string })[];
  /** By default one table of all lines. */
  readonly body?: Report['body'];
  /** Further tables. */
  readonly more?: Report['body'];
  readonly chartTitle: string;
  /** The length of a bar; by default `perSecond` of the round. */
  readonly bar?: (round: R) => number;
  readonly figures: object;
}

export function comparisonReport<R extends object>(comparison: Comparison<R>): Report {
  const { title, what, sharedWith, labels = [''], columns, lines, more = [], chartTitle, figures } = comparison;
  const perSecond = (round: R): number => (round as { readonly perSecond: number }).perSecond;
  const { body = [tableOf(labels, columns, lines)], bar = perSecond } = comparison;
  const note = machine();
  const count = lines[0]!.rounds.length;
  const bars = lines.map((line) => ({ name: line.bar ?? line.labels[0]!, values: line.rounds.map(bar) }));
  return {
    title,
    conditions: `${what} ${count === 1 ? 'One round' : `${count} rounds`} in turn; median [least–most]. ${note}, shared with ${sharedWith}.`,
    body: [...body, ...more],
    chart: chartOf({ title: chartTitle, note, bars }),
    chartTitle,
    figures: { machine: note, ...figures },
  };
}
