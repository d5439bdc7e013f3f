import type { PartitionCount } from '../../ports/store.js';

const columns = `topic, partitions, previous_ends::text[] as "after", increasing_to as "growingTo"`;

export const allPartitionCounts = `select ${columns} from msg_topics`;

/** What is inserted here the rest of the statement does not see. */
export const declaredPartitionCounts = `
with added as (insert into msg_topics (topic, partitions) select * from unnest($1::text[], $2::int[]) on conflict do nothing returning *)
select ${columns} from msg_topics where topic = any($1::text[]) union all select ${columns} from added`;

export const increasePartitionCount = `
with fenced as (select 1 from msg_relay where epoch = $4 for share)
update msg_topics set partitions = $2, previous_ends = $3::bigint[], increasing_to = null, since = now()
where topic = $1 and increasing_to = $2 and exists (select 1 from fenced) returning topic`;

export type RawPartitionCount = Omit<PartitionCount, 'after'> & { readonly after: readonly string[] };

export const partitionCountOf = ({ after, ...rest }: RawPartitionCount): PartitionCount => ({ ...rest, previousEnds: after.map(BigInt) });
