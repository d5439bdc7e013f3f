/** A length of time: `500ms`, `30s`, `2m`, `1h`. */
export type Duration = `${number}${'ms' | 's' | 'm' | 'h'}`;

const maxYears = 10;

const units = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;

/** Throws a TypeError on anything that is not a whole, positive number of milliseconds, seconds, minutes or hours, and on more than ten years. */
export function milliseconds(duration: Duration): number {
  const [, digits, unit] = /^([1-9]\d{0,11})(ms|s|m|h)$/.exec(duration) ?? [];
  if (!digits || !unit) throw new TypeError(`"${duration}" is not a duration: write 500ms, 30s, 2m or 1h`);
  const length = Number(digits) * units[unit as keyof typeof units];
  if (length > maxYears * 365 * 24 * units.h) throw new TypeError(`"${duration}" is longer than ${maxYears} years`);
  return length;
}
