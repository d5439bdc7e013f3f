/** A share from 0 to 1. */
export const percent = (share: number): string => `${Math.round(share * 100)} %`;
/** Whole milliseconds. */
export const ms = (milliseconds: number): string => `${Math.round(milliseconds).toLocaleString('en')} ms`;
const rowOf = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
/** A table as Markdown. */
export const tableOf = (headings: readonly string[], rows: readonly (readonly string[])[]): string[] => [rowOf(headings), rowOf(headings.map(() => '---')), ...rows.map(rowOf)];
