import type { TopicSize } from '../store/store.js';

const columns = `topic, partitions, former_ends::text[] as "after", growing_to as "growingTo"`;

export const allSizes = `select ${columns} from msg_topics`;

/** What is inserted here the rest of the statement does not see. */
export const sizesAsDeclared = `
with added as (insert into msg_topics (topic, partitions) select * from unnest($1::text[], $2::int[]) on conflict do nothing returning *)
select ${columns} from msg_topics where topic = any($1::text[]) union all select ${columns} from added`;

export const growSize = `
with fenced as (select 1 from msg_relay where epoch = $4 for share)
update msg_topics set partitions = $2, former_ends = $3::bigint[], growing_to = null, since = now()
where topic = $1 and growing_to = $2 and exists (select 1 from fenced) returning topic`;

export type RawSize = Omit<TopicSize, 'after'> & { readonly after: readonly string[] };

export const sizeOf = ({ after, ...rest }: RawSize): TopicSize => ({ ...rest, after: after.map(BigInt) });
