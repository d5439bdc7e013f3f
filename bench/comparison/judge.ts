/** What happened to the transfers of one contender, from tables and topics. Knows nothing about the contender. */
export interface Evidence {
  /** Committed transfers; `number` counts those of an account in the order of their commits. */
  readonly stored: readonly { readonly id: string; readonly account: string; readonly number: number }[];
  /** Ledger of the consumer; `position` numbers the entries of an account in the order in which they were applied. */
  readonly applied: readonly { readonly id: string; readonly account: string; readonly position: number }[];
  /** Records on the topic of transfers. */
  readonly published: readonly { readonly id: string; readonly partition: number; readonly offset: number }[];
  /** Records on the topic of balances; `event` is the id of the event, where it has one. */
  readonly followUps: readonly { readonly id: string; readonly event: string }[];
  /** What the consumer group has committed, by partition: the next offset. */
  readonly committed: ReadonlyMap<number, number>;
  /** Transfers that an outbox still holds, and those that the consumer keeps for an operator. */
  readonly unpublished: ReadonlySet<string>;
  readonly deadLettered: ReadonlySet<string>;
}

export interface Verdict {
  /** Committed transfers that were never applied and never will be; and applied ones without a follow-up event. */
  readonly lost: number;
  readonly lostFollowUps: number;
  /** Applications of a transfer after its first; and follow-up events with another id for the same transfer. */
  readonly doubled: number;
  readonly doubledFollowUps: number;
  /** Transfers that a later one of their account came before. */
  readonly overtaken: number;
  /** Events and entries of transfers that were rolled back. */
  readonly phantom: number;
  /** Not applied, but visible to an operator with its reason, or waiting behind such a one. */
  readonly deadLettered: number;
  /** Not applied, although nothing was lost: the consumer or the relay does not get past something. */
  readonly waiting: number;
}

const groupBy = <T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> => {
  const groups = new Map<K, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
};

export function judge({
  stored,
  applied,
  published,
  followUps,
  committed,
  unpublished,
  deadLettered,
}: Evidence): Verdict {
  const entries = groupBy(applied, ({ id }) => id);
  const isStored = new Set(stored.map(({ id }) => id));
  const records = groupBy(published, ({ id }) => id);
  const isWaiting = (id: string): boolean =>
    unpublished.has(id) ||
    (records.get(id) ?? []).some(({ partition, offset }) => offset >= (committed.get(partition) ?? 0));
  const missing = stored.filter(({ id }) => !entries.has(id));
  const open = missing.filter(({ id }) => !deadLettered.has(id));
  const waiting = open.filter(({ id }) => isWaiting(id));
  const events = groupBy(followUps, ({ id }) => id);
  const phantoms = [...applied, ...published].filter(({ id }) => !isStored.has(id));
  return {
    lost: open.length - waiting.length,
    lostFollowUps: stored.filter(({ id }) => entries.has(id) && !events.has(id)).length,
    doubled: applied.length - entries.size,
    doubledFollowUps: [...events.values()].reduce(
      (sum, all) => sum + new Set(all.map(({ event }) => event)).size - 1,
      0,
    ),
    overtaken: overtakenIn(stored, entries, new Set([...waiting.map(({ id }) => id), ...deadLettered])),
    phantom: new Set(phantoms.map(({ id }) => id)).size,
    deadLettered: missing.length - open.length,
    waiting: waiting.length,
  };
}

/** Transfers, applied or yet to come, that some later transfer of their account was applied before. Lost ones are not counted again. */
function overtakenIn(
  stored: Evidence['stored'],
  entries: ReadonlyMap<string, Evidence['applied']>,
  yetToCome: ReadonlySet<string>,
): number {
  let overtaken = 0;
  for (const ofAccount of groupBy(stored, ({ account }) => account).values()) {
    let earliestLater = Infinity;
    for (const { id } of ofAccount.toSorted((one, other) => other.number - one.number)) {
      const first = Math.min(Infinity, ...(entries.get(id) ?? []).map(({ position }) => position));
      if (first > earliestLater && (first < Infinity || yetToCome.has(id))) overtaken++;
      earliestLater = Math.min(earliestLater, first);
    }
  }
  return overtaken;
}
