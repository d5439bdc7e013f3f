import { quantile } from './quantile.js';

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** What rounds have given, as text: `median [least–most]`. */
export const spread = (values: readonly number[], digits = 0): string => {
  const text = (value: number): string =>
    value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return `${text(median(values))} [${text(Math.min(...values))}–${text(Math.max(...values))}]`;
};
