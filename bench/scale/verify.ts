/** A job of an owner. The jobs of one owner are numbered, and run one after another. */
export interface Job {
  readonly owner: string;
  readonly number: number;
}

/** The start of a call, in milliseconds of the clock of the machine. */
export interface Call extends Job {
  readonly at: number;
}

/** A job whose effect is completed; times are milliseconds of the clock of the machine. */
export interface Completed extends Job {
  readonly startedAt: number;
  readonly completedAt: number;
}

export const nameOf = ({ owner, number }: Job): string => `${owner}/${number}`;

/**
 * Counts violations of the order of an owner: a job completed after a later one, a call that started before the previous job was completed,
 * or after the call of a later job. `completed` is in the order of completion.
 */
export function orderViolations(completed: readonly Completed[], calls: readonly Call[]): number {
  let violations = 0;
  const lastCompleted = new Map<string, Completed>();
  for (const job of completed) {
    const before = lastCompleted.get(job.owner);
    if (before && (job.number <= before.number || job.startedAt < Math.floor(before.completedAt))) violations++;
    lastCompleted.set(job.owner, job);
  }
  const lastCall = new Map<string, number>();
  for (const { owner, number } of calls.toSorted((one, other) => one.at - other.at)) {
    const last = lastCall.get(owner) ?? 0;
    if (number < last) violations++;
    lastCall.set(owner, Math.max(number, last));
  }
  return violations;
}

/** The longest time between `from` and `to` without any of these moments. */
export function longestGap(moments: readonly number[], from: number, to: number): number {
  const inside = moments.filter((at) => at > from && at < to).toSorted((one, other) => one - other);
  return [...inside, to].reduce((longest, at, index) => Math.max(longest, at - (inside[index - 1] ?? from)), 0);
}

export const repetitions = (jobs: readonly Job[]): number => jobs.length - new Set(jobs.map(nameOf)).size;
