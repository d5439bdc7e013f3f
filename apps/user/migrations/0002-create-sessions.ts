import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Sessions and their refresh tokens. The tokens are locked first, so their reference is checked at the commit. */
export class CreateSessions1760000000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table sessions (
        session_id uuid primary key,
        user_id uuid not null references accounts,
        status text not null,
        opened_at timestamptz not null,
        expires_at timestamptz not null,
        ended_at timestamptz,
        ended_by text,
        constraint sessions_state check (
          (status = 'open' and num_nonnulls(ended_at, ended_by) = 0)
          or (status = 'ended' and ended_at is not null and ended_by in ('logout', 'reuse', 'forgotten')))
      ) with (fillfactor = 70);
      create index sessions_of_user on sessions (user_id);
      create index sessions_by_expiry on sessions (expires_at);

      create table refresh_tokens (
        token_hash text primary key,
        session_id uuid not null references sessions deferrable initially deferred,
        status text not null,
        issued_at timestamptz not null,
        used_at timestamptz,
        constraint refresh_tokens_state check (
          (status = 'current' and used_at is null) or (status = 'used' and used_at is not null))
      ) with (fillfactor = 70);
      create unique index refresh_tokens_one_current on refresh_tokens (session_id) where status = 'current';
      create index refresh_tokens_of_session on refresh_tokens (session_id);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table refresh_tokens; drop table sessions');
  }
}
