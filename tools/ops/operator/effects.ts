import { ask, type Databases, type Row } from './databases.js';

const open = `
select e.id::text as id, e.name, e.key, e.tries, e.wished_at as "wishedAt", extract(epoch from now() - e.wished_at)::float8 as age,
  case when e.lease_until is not null then e.lease_holder end as holder, extract(epoch from e.lease_until - now())::float8 as leased,
  extract(epoch from e.due_at - now())::float8 as due, e.last_error as "lastError",
  e.lease_until is null and exists (select 1 from msg_effects o where o.key = e.key and o.done_at is null and o.id <> e.id and (o.lease_until is not null or o.place < e.place)) as behind
from msg_effects e where e.done_at is null order by e.wished_at, e.place`;

/** A call to the outside that has not ended. Times are seconds, on its database's clock. */
export interface OpenEffect {
  readonly id: string;
  readonly name: string;
  readonly key: string;
  readonly tries: number;
  readonly wishedAt: Date;
  readonly age: number;
  /** The process that has it, by its connection's name; null where none has, or its connections have no name. */
  readonly holder: string | null;
  /** How long its lease still runs, less than 0 where it has run out; null where nobody has one. */
  readonly leased: number | null;
  /** Until it may be tried. */
  readonly due: number;
  /** Another of its key comes first. */
  readonly behind: boolean;
  readonly lastError: string | null;
}

/** All of them, of each service the oldest first. */
export const openEffects = (databases: Databases): Promise<Row<OpenEffect>[]> => ask<OpenEffect>(databases, open);

/** Who calls, or what it waits for. */
export function standingOf({ holder, leased, due, behind }: OpenEffect): string {
  if (leased !== null)
    return `${holder || 'somebody without a name'}, ${leased > 0 ? `leased for ${lengthOf(leased)}` : `whose lease ran out ${lengthOf(-leased)} ago`}`;
  if (behind) return 'waits for another of its key';
  return due > 0 ? `tried again in ${lengthOf(due)}` : 'waits for a free place';
}

/** A length of time in the greatest unit of which there are at least two: `90 s`, `5 min`. */
export function lengthOf(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const of = (size: number): number => Math.floor(whole / size);
  if (of(60) < 2) return `${whole} s`;
  if (of(3_600) < 2) return `${of(60)} min`;
  return of(86_400) < 2 ? `${of(3_600)} h` : `${of(86_400)} days`;
}
