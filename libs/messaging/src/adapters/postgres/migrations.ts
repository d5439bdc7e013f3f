import type { MigrationInterface, QueryRunner } from 'typeorm';
import { chainActions } from './action-chain-sql.js';

const createTables = `
create table msg_outbox (
  position bigint generated always as identity primary key,
  id uuid not null,
  topic text not null,
  key text not null,
  type text not null,
  version int not null,
  sequence bigint not null,
  payload text,
  causation uuid not null,
  correlation text not null,
  traceparent text,
  occurred_at timestamptz not null,
  headers jsonb,
  archived bool not null,
  appended_at timestamptz not null default now()
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

create table msg_outbox_archive (
  position bigint primary key,
  id uuid not null,
  topic text not null,
  key text not null,
  type text not null,
  version int not null,
  sequence bigint not null,
  payload text,
  causation uuid not null,
  correlation text not null,
  traceparent text,
  occurred_at timestamptz not null,
  headers jsonb,
  partition int not null,
  record_offset bigint not null,
  published_at timestamptz not null default now()
);
comment on table msg_outbox_archive is 'never updated: retention deletes old rows';

create table msg_outbox_blocked_keys (
  topic text not null,
  key text not null,
  position bigint not null,
  reason text not null,
  blocked_at timestamptz not null default now(),
  primary key (topic, key)
);

create table msg_sequences (
  topic text not null,
  key text not null,
  last bigint not null,
  primary key (topic, key)
) with (fillfactor = 70);

create table msg_relay (
  single bool primary key default true check (single),
  epoch bigint not null
);
insert into msg_relay (epoch) values (0);

-- The offset after the last published record of each partition: shows that the database or the topic was lost or restored.
create table msg_published_offsets (
  topic text not null,
  partition int not null,
  next_offset bigint not null,
  primary key (topic, partition)
) with (fillfactor = 20);

-- The partition count that keys are published with. Differs from the declared one after a partition increase.
create table msg_topics (
  topic text primary key,
  partitions int not null check (partitions > 0),
  previous_ends bigint[] not null default '{}',
  increasing_to int check (increasing_to > partitions),
  since timestamptz not null default now()
);

create table msg_inbox (
  consumer text not null,
  message_id uuid not null,
  ordering_key text not null,
  received_at timestamptz not null default now(),
  primary key (consumer, message_id)
);

-- The ends of the partitions of a consumer at a time: later they make horizons.
create table msg_inbox_samples (
  consumer text not null,
  sampled_at timestamptz not null,
  ends jsonb not null,
  primary key (consumer, sampled_at)
);

-- Records before the offset were handled, although their marks may be pruned.
create table msg_inbox_horizons (
  consumer text not null,
  topic text not null,
  partition int not null,
  record_offset bigint not null,
  marks_before timestamptz not null,
  sampled_at timestamptz not null,
  -- A message behind the horizon that was made before, or one before it that was made after, is doubtful.
  made_before timestamptz not null,
  made_after timestamptz not null,
  raised_at timestamptz not null default now(),
  primary key (consumer, topic, partition)
);

-- Rows of the archive before the offset may be pruned.
create table msg_archive_horizons (
  topic text not null,
  partition int not null,
  record_offset bigint not null,
  primary key (topic, partition)
);

create table msg_idempotency (
  scope text not null,
  route text not null,
  key text not null,
  body_hash text not null,
  answer jsonb,
  claimed_at timestamptz not null,
  primary key (scope, route, key)
) with (fillfactor = 50);

create table msg_blocked_keys (
  consumer text not null,
  ordering_key text not null,
  key text,
  state text not null check (state in ('blocked', 'redriving')),
  cause text not null,
  detail text not null,
  attempts int not null,
  blocked_at timestamptz not null default now(),
  primary key (consumer, ordering_key)
);

create table msg_dead_letters (
  consumer text not null,
  message_id uuid not null,
  ordering_key text not null,
  position bigint generated always as identity,
  topic text not null,
  partition int not null,
  record_offset bigint not null,
  key text,
  value bytea,
  headers jsonb not null,
  record_timestamp bigint, -- milliseconds since 1970
  dead_lettered_at timestamptz not null default now(),
  primary key (consumer, message_id)
);
create index msg_dead_letters_key on msg_dead_letters (consumer, ordering_key, position);

create table msg_operator_actions (
  action_id uuid primary key default gen_random_uuid(),
  -- 1, 2, 3 … without a gap; like both hashes set by the trigger.
  id bigint not null unique default 0,
  -- The person or program that says who it is, or else the role of the connection.
  actor text not null default coalesce(nullif(current_setting('tradewind.actor', true), ''), session_user),
  address text default host(inet_client_addr()),
  action text not null,
  subject text not null,
  reason text not null,
  detail jsonb,
  at timestamptz not null default now(),
  previous text not null default '',
  hash text not null default ''
);
comment on table msg_operator_actions is 'append-only';

create table msg_attempts (
  consumer text not null,
  message_id uuid not null,
  attempts int not null default 0,
  crashes int not null default 0,
  primary key (consumer, message_id)
);

create table msg_consumer_starts (
  consumer text not null,
  topic text not null,
  partition int not null,
  record_offset bigint not null,
  times int not null,
  primary key (consumer, topic, partition)
);

-- Where a consumer that had never read a foreign topic started: the offset of each partition that existed, in their order.
create table msg_first_offsets (
  consumer text not null,
  topic text not null,
  start_offsets bigint[] not null,
  decided_at timestamptz not null default now(),
  primary key (consumer, topic)
);

-- Types that a consumer skipped because it did not know them: the start names them once it handles them.
create table msg_skipped_types (
  consumer text not null,
  topic text not null,
  type text not null,
  first_skipped_at timestamptz not null default now(),
  primary key (consumer, topic, type)
);

create table msg_effects (
  id uuid primary key,
  position bigint generated always as identity,
  name text not null,
  key text not null,
  payload jsonb not null,
  cause uuid not null,
  correlation text not null,
  trace jsonb, -- W3C Trace Context and Baggage of the decision
  attempts int not null default 0,
  due_at timestamptz not null default now(),
  lease_until timestamptz,
  lease_token uuid,
  lease_holder text,
  last_error text,
  scheduled_at timestamptz not null default now(),
  dead_lettered_at timestamptz,
  done_at timestamptz
) with (fillfactor = 70);
-- Only the search for due effects states the second condition, so that PostgreSQL never uses this index to find the effects before one of the same key.
create index msg_effects_due on msg_effects (due_at) where done_at is null and due_at > '-infinity';
create index msg_effects_pending_key on msg_effects (key, position) where done_at is null;
create index msg_effects_dead_lettered on msg_effects (key) where dead_lettered_at is not null and done_at is null;
-- At most one effect of a key is leased, whatever two workers saw at the same moment.
create unique index msg_effects_leased_key on msg_effects (key) where lease_until is not null;

-- Which effects are scheduled for which messages of this service, once they are on their topic.
create table msg_publication_effects (
  id text primary key,
  topic text not null,
  types jsonb not null,
  effect text not null
);

create table msg_timeouts (
  id text primary key,
  saga_id text not null,
  name text not null,
  timeout_ms bigint not null,
  started_by uuid,
  due_at timestamptz,
  trace jsonb -- of the span that requested it
) with (fillfactor = 70);
create index msg_timeouts_due on msg_timeouts (due_at, id) where due_at is not null;
create index msg_timeouts_started_by on msg_timeouts (started_by) where due_at is null;

create table msg_sagas (
  id text primary key,
  saga text not null,
  version int not null,
  subject text not null,
  status text not null,
  stuck bool not null default false,
  state jsonb not null,
  started_at timestamptz not null,
  updated_at timestamptz not null
) with (fillfactor = 60);
-- No column of it changes with a step, so the updates of a saga leave its indexes alone.
create index msg_sagas_open on msg_sagas (saga, started_at) where status in ('running', 'compensating');

create table msg_saga_history (
  id uuid primary key,
  saga_id text not null,
  at timestamptz not null,
  cause uuid not null,
  transition jsonb not null
);
create index msg_saga_history_saga on msg_saga_history (saga_id, id);

create table msg_replays (
  id uuid primary key,
  consumer text not null,
  request jsonb not null,
  generation int,
  offsets jsonb not null default '[]',
  counts jsonb not null default '{}',
  state text not null default 'running' check (state in ('running', 'stopped', 'done', 'failed')),
  reason text not null,
  started_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

-- What the instances of the service are, one row a version; seen_at is renewed while one of them runs.
create table msg_descriptions (
  hash text primary key,
  description jsonb not null,
  first_seen_at timestamptz not null default now(),
  seen_at timestamptz not null default now()
);

-- Identifies one uptime of the server: unlogged, so it is empty after a crash and on a standby that takes over.
create unlogged table msg_server_epoch (
  id uuid not null default gen_random_uuid(),
  only_one boolean primary key default true check (only_one)
);
`;

/**
 * Leases due effects, at most one of each key: a leased one, whose lease has ended, comes before all others of its key; otherwise the first by position.
 * The planner settings belong to the function: it walks the index of due effects until it has enough, however many wait behind,
 * whatever the statistics were when the plan was made. The lease is not flushed to disk: after a server crash the effect is
 * leased again and called with the same key.
 */
const claimEffects = `
create function msg_claim_effects(names text[], at_most int, lease_milliseconds int, token uuid)
returns table (id uuid, name text, key text, payload jsonb, cause uuid, correlation text, trace jsonb, attempts int)
language plpgsql
set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
begin
  perform set_config('synchronous_commit', 'off', true);
  return query
  with ready as (
    select e.id from msg_effects e
    where e.done_at is null and e.due_at > '-infinity' and e.due_at <= now() and e.name = any(names) and (e.lease_until < now() or e.lease_until is null
      and not exists (select 1 from msg_effects leased where leased.key = e.key and leased.lease_until is not null)
      and not exists (select 1 from msg_effects before where before.key = e.key and before.done_at is null and before.position < e.position))
    order by e.due_at limit at_most for update skip locked)
  update msg_effects e set lease_until = now() + lease_milliseconds * interval '1 millisecond', lease_token = token,
    lease_holder = current_setting('application_name'), attempts = e.attempts + 1
  from ready where e.id = ready.id
  returning e.id, e.name, e.key, e.payload, e.cause, e.correlation, e.trace, e.attempts;
end $$`;

/** Every table of the library. */
export const libraryTables = [
  'msg_outbox',
  'msg_outbox_archive',
  'msg_outbox_blocked_keys',
  'msg_sequences',
  'msg_relay',
  'msg_published_offsets',
  'msg_topics',
  'msg_inbox',
  'msg_inbox_samples',
  'msg_inbox_horizons',
  'msg_archive_horizons',
  'msg_idempotency',
  'msg_blocked_keys',
  'msg_dead_letters',
  'msg_operator_actions',
  'msg_attempts',
  'msg_consumer_starts',
  'msg_first_offsets',
  'msg_skipped_types',
  'msg_effects',
  'msg_publication_effects',
  'msg_timeouts',
  'msg_sagas',
  'msg_saga_history',
  'msg_replays',
  'msg_descriptions',
  'msg_server_epoch',
];

/** The library's tables, all with the prefix `msg_`, in the service's database: they share its transactions. */
export class Messaging1700000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(createTables);
    await runner.query(claimEffects);
    await runner.query(chainActions);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop function msg_claim_effects');
    await runner.query(`drop table ${libraryTables.join(', ')}`);
    await runner.query('drop function msg_chain_action');
  }
}

/** The TypeORM migrations of the library's tables (`msg_…`): add them to those of the service's DataSource. */
export const messagingMigrations = [Messaging1700000000001];
