import type { PartitionCount } from '../../ports/store.js';

const columns = `topic, partitions, previous_ends::text[] as "previousEnds", increasing_to as "increasingTo"`;

export const allPartitionCounts = `select ${columns} from msg_topics`;

/** The select does not see the rows that the same statement inserts, so these are added. */
export const declaredPartitionCounts = `
with added as (insert into msg_topics (topic, partitions) select * from unnest($1::text[], $2::int[]) on conflict do nothing returning *)
select ${columns} from msg_topics where topic = any($1::text[]) union all select ${columns} from added`;

export const increasePartitionCount = `
with fenced as (select 1 from msg_relay where epoch = $4 for share)
update msg_topics set partitions = $2, previous_ends = $3::bigint[], increasing_to = null, since = now()
where topic = $1 and increasing_to = $2 and exists (select 1 from fenced) returning topic`;

export type RawPartitionCount = Omit<PartitionCount, 'previousEnds'> & { readonly previousEnds: readonly string[] };

export const partitionCountOf = ({ previousEnds, ...rest }: RawPartitionCount): PartitionCount => ({
  ...rest,
  previousEnds: previousEnds.map(BigInt),
});
