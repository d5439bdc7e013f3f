/** The smallest value that a share of all values does not exceed; NaN for no values. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

export const number = (value: number, digits = 0): string =>
  value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });

export const percent = (share: number): string => `${Math.round(share * 100)} %`;
export const milliseconds = (value: number): string => `${number(value)} ms`;

/** `median [least–most]`, or the value itself when there is only one. */
export const spread = (values: readonly number[], digits = 0): string =>
  values.length === 1
    ? number(values[0]!, digits)
    : `${number(median(values), digits)} [${number(Math.min(...values), digits)}–${number(Math.max(...values), digits)}]`;
