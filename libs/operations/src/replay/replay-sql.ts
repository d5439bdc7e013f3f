export const selectKnown = `
select message_id::text as id from msg_inbox where consumer = $1 and message_id = any($2::uuid[])
union select message_id::text from msg_dead_letters where consumer = $1 and message_id = any($2::uuid[])`;

/** The lock makes the generations of a consumer count up. */
export const lockConsumer = `select pg_advisory_xact_lock(hashtext('tradewind replay ' || $1))`;

export const insertReplay = `
insert into msg_replays (id, consumer, request, generation, reason)
select $1, $2, $3, case when $4::bool then (select coalesce(max(generation), 0) + 1 from msg_replays where consumer = $2) end, $5`;

export const updateReplay = `update msg_replays set offsets = $2, counts = $3, state = $4, updated_at = now() where id = $1`;

const columns = `id, consumer, request, generation, offsets, counts, state, reason, started_at as "startedAt", updated_at as "updatedAt"`;
export const selectReplays = `select ${columns} from msg_replays order by started_at desc`;
export const selectReplay = `select ${columns} from msg_replays where id = $1`;
