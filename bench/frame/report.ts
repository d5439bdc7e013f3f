import { median, number, spread } from './statistics.js';

/** What a bench has measured. */
export interface Report {
  readonly title: string;
  /** What was measured, how, and on which machine. */
  readonly conditions: string;
  /** Tables and paragraphs, each as lines of Markdown. */
  readonly body: readonly (readonly string[])[];
  readonly chart: string;
  /** What the chart shows, in a few words. */
  readonly chartTitle: string;
  /** All measurements, for further calculation. */
  readonly figures: object;
  /** Why the measurements do not count; the exit code is 1 then. */
  readonly failure?: string | undefined;
}

export const markdown = ({ title, conditions, body }: Report): string =>
  [[`# ${title}`], [conditions], ...body].map((block) => `${block.join('\n')}\n`).join('\n');

/** One line of a table: its rounds, and the rounds of the baseline that ran in turn with them. */
export interface Line<R> {
  readonly labels: readonly string[];
  readonly rounds: readonly R[];
  readonly baseline?: readonly R[] | undefined;
}

export interface Column<R> {
  readonly heading: string;
  readonly cell: (line: Line<R>) => string;
  /** Whether it needs a baseline. */
  readonly isComparison?: true;
}

type Value<R> = (round: R) => number;

/** `median [least–most]` of the rounds. */
export const spreadOf = <R>(heading: string, value: Value<R>, digits = 0): Column<R> => ({
  heading,
  cell: ({ rounds }) => spread(rounds.map(value), digits),
});

/** The median of the rounds. */
export const medianOf = <R>(
  heading: string,
  value: (round: R) => number | undefined,
  format: (value: number) => string = number,
): Column<R> => ({
  heading,
  cell: ({ rounds }) => {
    const values = rounds.flatMap((round) => value(round) ?? []);
    return values.length === 0 ? '–' : format(median(values));
  },
});

/** Compares with the baseline round by round: what ran one after the other. `otherwise`: the text of a line without a baseline. */
const comparison = <R>(
  heading: string,
  compare: (round: R, other: R) => number,
  digits: number,
  otherwise: string,
): Column<R> => ({
  heading,
  isComparison: true,
  cell: ({ rounds, baseline }) =>
    baseline
      ? spread(
          rounds.map((round, index) => compare(round, baseline[index]!)),
          digits,
        )
      : otherwise,
});
export const ratioOf = <R>(heading: string, value: Value<R>, digits = 2, otherwise = '1'): Column<R> =>
  comparison(heading, (round, other) => value(round) / value(other), digits, otherwise);
export const differenceOf = <R>(heading: string, value: Value<R>, digits = 1): Column<R> =>
  comparison(heading, (round, other) => value(round) - value(other), digits, '');

export const machineLoad: Column<{ readonly machineLoad: number }> = medianOf(
  'load',
  (round) => round.machineLoad,
  (load) => number(load, 1),
);

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** A table of Markdown. */
export const table = (headings: readonly string[], rows: readonly (readonly string[])[]): string[] => [
  row(headings),
  row(headings.map(() => '---')),
  ...rows.map(row),
];

/** A table with one row a line: its labels, then the columns. */
export const tableOf = <R>(
  labelHeadings: readonly string[],
  columns: readonly Column<R>[],
  lines: readonly Line<R>[],
): string[] =>
  table(
    [...labelHeadings, ...columns.map(({ heading }) => heading)],
    lines.map((line) => [...line.labels, ...columns.map(({ cell }) => cell(line))]),
  );

/** One round as text, for the log. */
export const summary = <R>(columns: readonly Column<R>[], round: R): string =>
  columns
    .filter(({ isComparison }) => !isComparison)
    .map(({ heading, cell }) => `${heading} ${cell({ labels: [], rounds: [round] })}`)
    .join(', ');
