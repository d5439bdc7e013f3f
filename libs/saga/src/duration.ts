/** A length of time: `500ms`, `30s`, `2m`, `1h`. */
export type Duration = `${number}${'ms' | 's' | 'm' | 'h'}`;

const units = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;

/** Throws a TypeError on anything that is not a whole, positive number of milliseconds, seconds, minutes or hours. */
export function milliseconds(duration: Duration): number {
  const [, digits, unit] = /^([1-9]\d{0,8})(ms|s|m|h)$/.exec(duration) ?? [];
  if (!digits || !unit) throw new TypeError(`"${duration}" is not a duration: write 500ms, 30s, 2m or 1h`);
  return Number(digits) * units[unit as keyof typeof units];
}
