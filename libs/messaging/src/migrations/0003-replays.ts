import type { MigrationInterface, QueryRunner } from 'typeorm';

const up = `
create table msg_replays (
  id uuid primary key,
  consumer text not null,
  request jsonb not null,
  generation int,
  positions jsonb not null default '[]',
  counts jsonb not null default '{}',
  state text not null default 'running' check (state in ('running', 'stopped', 'done', 'failed')),
  reason text not null,
  started_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
)`;

/** What replays were made, and how far each has come. */
export class Messaging1700000000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table msg_replays');
  }
}
