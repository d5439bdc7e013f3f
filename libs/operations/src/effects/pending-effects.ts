import { queryAll, type Databases, type OfService } from '../databases/databases.js';

const pending = `
select e.id::text as id, e.name, e.key, e.attempts, e.scheduled_at as "scheduledAt", extract(epoch from now() - e.scheduled_at)::float8 as age,
  case when e.lease_until is not null then e.lease_holder end as holder, extract(epoch from e.lease_until - now())::float8 as "leasedFor",
  case when e.dead_lettered_at is null then extract(epoch from e.due_at - now())::float8 end as "dueIn", e.last_error as "lastError",
  e.lease_until is null and exists (select 1 from msg_effects o where o.key = e.key and o.done_at is null and o.id <> e.id and (o.lease_until is not null or o.position < e.position)) as "waitsForKey"
from msg_effects e where e.done_at is null`;
const inOrder = `order by e.scheduled_at, e.position`;

/** An effect that has not ended. Durations are in seconds, by the clock of its database. */
export interface PendingEffect {
  readonly id: string;
  readonly name: string;
  readonly key: string;
  readonly attempts: number;
  readonly scheduledAt: Date;
  readonly age: number;
  /** The instance with the lease, by the name of its connection; null without a lease, or if the connection has no name. */
  readonly holder: string | null;
  /** How long the lease lasts, negative after its end; null without a lease. */
  readonly leasedFor: number | null;
  /** Until the next attempt; null for a dead letter. */
  readonly dueIn: number | null;
  /** An earlier effect of its key is pending. */
  readonly waitsForKey: boolean;
  readonly lastError: string | null;
}

/** The pending effects of all services, at most `limit` of each; those of a service with the oldest first. */
export const pendingEffects = (databases: Databases, limit?: number): Promise<OfService<PendingEffect>[]> =>
  queryAll<PendingEffect>(databases, `${pending} ${inOrder} limit $1`, [limit ?? null]);

/** The first pending effects of one key, in their order. */
export const pendingEffectsOf = (
  databases: Databases,
  key: string,
  limit: number,
): Promise<OfService<PendingEffect & { readonly payload: object }>[]> =>
  queryAll(databases, `${pending.replace('select', 'select e.payload,')} and e.key = $1 order by e.position limit $2`, [
    key,
    limit,
  ]);

/** Which instance runs it, or what it waits for. */
export function describeState({ holder, leasedFor, dueIn, waitsForKey }: PendingEffect): string {
  if (leasedFor !== null)
    return `${holder || 'an instance without a name'}, ${leasedFor > 0 ? `leased for ${durationText(leasedFor)}` : `whose lease ended ${durationText(-leasedFor)} ago`}`;
  if (dueIn === null) return 'dead letter, waits for an operator';
  if (waitsForKey) return 'waits for another of its key';
  return dueIn > 0 ? `next attempt in ${durationText(dueIn)}` : 'waits for a free slot';
}

/** A duration in the largest unit of which there are at least two: `90 s`, `5 min`. */
export function durationText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const units = (size: number): number => Math.floor(whole / size);
  if (units(60) < 2) return `${whole} s`;
  if (units(3_600) < 2) return `${units(60)} min`;
  return units(86_400) < 2 ? `${units(3_600)} h` : `${units(86_400)} days`;
}
