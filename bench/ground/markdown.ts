/** A share from 0 to 1. */
export const percent = (share: number): string => `${Math.round(share * 100)} %`;
/** Milliseconds, whole ones where nothing else is asked for. */
export const ms = (milliseconds: number, digits = 0): string =>
  `${milliseconds.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })} ms`;
const rowOf = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
/** A table as Markdown. */
export const tableOf = (headings: readonly string[], rows: readonly (readonly string[])[]): string[] => [
  rowOf(headings),
  rowOf(headings.map(() => '---')),
  ...rows.map(rowOf),
];
