const millisecondsOf = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  y: 365 * 86_400_000,
} as const;
const maxYears = 100;

/** A time for which something is kept: `12h`, `30d`, `2y`. A year has 365 days. */
export type Period = `${number}${keyof typeof millisecondsOf}`;

/** Milliseconds of a period. Throws a TypeError on anything else, and on more than 100 years. */
export function periodMs(period: Period): number {
  const [, digits, unit] = /^([1-9]\d{0,11})(ms|s|m|h|d|y)$/.exec(period) ?? [];
  const ms = digits && unit ? Number(digits) * millisecondsOf[unit as keyof typeof millisecondsOf] : 0;
  if (ms === 0 || ms > maxYears * millisecondsOf.y)
    throw new TypeError(`"${period}" is not a period: write 12h, 30d or 2y, at most ${maxYears}y`);
  return ms;
}
