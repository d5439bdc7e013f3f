import type { MigrationInterface, QueryRunner } from 'typeorm';
import { Messaging1700000000003 } from './migrations/0003-replays.js';
import { Messaging1700000000004 } from './migrations/0004-keep-positions.js';
import { Messaging1700000000005 } from './migrations/0005-one-lease-a-key.js';
import { Messaging1700000000006 } from './migrations/0006-topic-sizes.js';
import { Messaging1700000000007 } from './migrations/0007-claim-by-index.js';
import { Messaging1700000000008 } from './migrations/0008-lighter-updates.js';
import { Messaging1700000000009 } from './migrations/0009-first-of-key-by-index.js';
import { Messaging1700000000010 } from './migrations/0010-incarnation.js';

const up = `
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

create table msg_outbox_held (
  topic text not null,
  key text not null,
  position bigint not null,
  reason text not null,
  held_at timestamptz not null default now(),
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

create table msg_inbox (
  consumer text not null,
  message_id uuid not null,
  lane text not null,
  received_at timestamptz not null default now(),
  primary key (consumer, message_id)
);

create table msg_idempotency (
  scope text not null,
  route text not null,
  key text not null,
  body_hash text not null,
  answer jsonb,
  claimed_at timestamptz not null,
  primary key (scope, route, key)
);

create table msg_parked_lanes (
  consumer text not null,
  lane text not null,
  key text,
  state text not null check (state in ('parked', 'releasing')),
  cause text not null,
  detail text not null,
  tries int not null,
  parked_at timestamptz not null default now(),
  primary key (consumer, lane)
);

create table msg_parked (
  consumer text not null,
  message_id uuid not null,
  lane text not null,
  place bigint generated always as identity,
  topic text not null,
  partition int not null,
  record_offset bigint not null,
  key text,
  value bytea,
  headers jsonb not null,
  parked_at timestamptz not null default now(),
  primary key (consumer, message_id)
);
create index msg_parked_lane on msg_parked (consumer, lane, place);

create table msg_operator_actions (
  id bigint generated always as identity primary key,
  action text not null,
  subject text not null,
  reason text not null,
  detail jsonb,
  at timestamptz not null default now()
);

create table msg_tries (
  consumer text not null,
  message_id uuid not null,
  tries int not null,
  primary key (consumer, message_id)
);

create table msg_starts (
  consumer text not null,
  topic text not null,
  partition int not null,
  record_offset bigint not null,
  times int not null,
  primary key (consumer, topic, partition)
);

create table msg_effects (
  id uuid primary key,
  place bigint generated always as identity,
  name text not null,
  key text not null,
  payload jsonb not null,
  cause uuid not null,
  correlation text not null,
  tries int not null default 0,
  due_at timestamptz not null default now(),
  lease_until timestamptz,
  lease_token uuid,
  last_error text,
  wished_at timestamptz not null default now(),
  done_at timestamptz
) with (fillfactor = 70);
create index msg_effects_open on msg_effects (due_at) where done_at is null;
create index msg_effects_open_key on msg_effects (key, place) where done_at is null;

create table msg_timers (
  id text primary key,
  saga_id text not null,
  name text not null,
  milliseconds int not null,
  started_by uuid,
  due_at timestamptz
) with (fillfactor = 70);
create index msg_timers_due on msg_timers (due_at) where due_at is not null;
create index msg_timers_started_by on msg_timers (started_by) where due_at is null;

create table msg_sagas (
  id text primary key,
  saga text not null,
  version int not null,
  subject text not null,
  status text not null,
  alarmed bool not null default false,
  state jsonb not null,
  started_at timestamptz not null,
  updated_at timestamptz not null
) with (fillfactor = 60);
create index msg_sagas_open on msg_sagas (saga, updated_at) where status in ('running', 'undoing');

create table msg_saga_journal (
  id uuid primary key,
  saga_id text not null,
  at timestamptz not null,
  cause uuid not null,
  transition jsonb not null
);
create index msg_saga_journal_saga on msg_saga_journal (saga_id, id);
`;

const tables = [
  'outbox',
  'outbox_archive',
  'outbox_held',
  'sequences',
  'relay',
  'inbox',
  'idempotency',
  'parked_lanes',
  'parked',
  'operator_actions',
  'tries',
  'starts',
  'effects',
  'timers',
  'sagas',
  'saga_journal',
];

/** The library's own tables, all with the prefix `msg_`, in the service's database: they share its transactions. */
export class Messaging1700000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table ${tables.map((name) => `msg_${name}`).join(', ')}`);
  }
}

export const messagingMigrations = [
  Messaging1700000000001,
  Messaging1700000000003,
  Messaging1700000000004,
  Messaging1700000000005,
  Messaging1700000000006,
  Messaging1700000000007,
  Messaging1700000000008,
  Messaging1700000000009,
  Messaging1700000000010,
];
