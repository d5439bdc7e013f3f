const dayMs = 86_400_000;

/**
 * The dates of a choice `1`, `1-3` or `all`, counted in calendar days from the first date of the file. Throws a RangeError with the
 * days of the file when the choice is outside of them, or when it has no invoice.
 */
export function chooseDays(choice: string, dates: ReadonlySet<string>): ReadonlySet<string> {
  const sorted = [...dates].sort();
  const first = Date.parse(sorted[0]!);
  const dayOf = (date: string): number => (Date.parse(date) - first) / dayMs + 1;
  const last = dayOf(sorted.at(-1)!);
  const [, from, to] = /^([1-9]\d{0,5})(?:-([1-9]\d{0,5}))?$/.exec(choice === 'all' ? `1-${last}` : choice) ?? [];
  const [start, end] = [Number(from), Number(to ?? from)];
  const has = `the file has the days 1 to ${last} (${sorted[0]} to ${sorted.at(-1)})`;
  if (from === undefined || start > end)
    throw new RangeError(`"${choice}" is not a choice of days: expected 1, 1-3 or all; ${has}`);
  if (end > last) throw new RangeError(`the days ${choice} are not all in the file: ${has}`);
  const chosen = sorted.filter((date) => dayOf(date) >= start && dayOf(date) <= end);
  if (chosen.length === 0) throw new RangeError(`nothing was sold on the days ${choice}; ${has}`);
  return new Set(chosen);
}
