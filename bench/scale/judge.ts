/** A job whose effect was settled; times are milliseconds of one machine's clock. */
export interface Done {
  readonly owner: string;
  readonly number: number;
  readonly beganAt: number;
  readonly doneAt: number;
}

export interface Called {
  readonly owner: string;
  readonly number: number;
  readonly at: number;
}

export const jobOf = ({ owner, number }: { readonly owner: string; readonly number: number }): string =>
  `${owner}/${number}`;

/**
 * Where the order of an owner was broken: a job was settled after a later one, its call began before the former one was settled,
 * or was made after that of a later one. `done` is in the order of the settlements.
 */
export function orderViolations(done: readonly Done[], calls: readonly Called[]): number {
  let violations = 0;
  const lastDone = new Map<string, Done>();
  for (const job of done) {
    const before = lastDone.get(job.owner);
    if (before && (job.number <= before.number || job.beganAt < Math.floor(before.doneAt))) violations++;
    lastDone.set(job.owner, job);
  }
  const lastCall = new Map<string, number>();
  for (const { owner, number } of calls.toSorted((one, other) => one.at - other.at)) {
    if (number < (lastCall.get(owner) ?? 0)) violations++;
    lastCall.set(owner, Math.max(number, lastCall.get(owner) ?? 0));
  }
  return violations;
}

/** The longest time between `from` and `to` in which nothing of `moments` lies. */
export function longestGap(moments: readonly number[], from: number, to: number): number {
  const inside = moments.filter((at) => at > from && at < to).toSorted((one, other) => one - other);
  return [...inside, to].reduce((longest, at, index) => Math.max(longest, at - (inside[index - 1] ?? from)), 0);
}

export const repeats = (jobs: readonly { readonly owner: string; readonly number: number }[]): number =>
  jobs.length - new Set(jobs.map(jobOf)).size;
