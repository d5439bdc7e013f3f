import type { MigrationInterface, QueryRunner } from 'typeorm';

const up = `
create table svc_signing_keys (
  kid text primary key,
  public_key text,
  not_before timestamptz,
  not_after timestamptz,
  retired_at timestamptz,
  check (num_nulls(public_key, not_before, not_after) = 0 or retired_at is not null)
);
create table svc_data_keys (
  user_id uuid primary key,
  wrapped_key text,
  created_at timestamptz,
  destroyed_at timestamptz,
  check ((wrapped_key is null) = (destroyed_at is not null))
) with (fillfactor = 70);
create table svc_revoked_sessions (
  session_id uuid primary key,
  revoked_at timestamptz not null
);
create index svc_data_keys_destroyed on svc_data_keys (destroyed_at) where destroyed_at is not null;
`;

/** A service's copies of `user.keys`, `user.data-keys` and `user.revocations`. */
export class ServiceKeys1700000000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table svc_signing_keys, svc_data_keys, svc_revoked_sessions');
  }
}

export const serviceMigrations = [ServiceKeys1700000000002];
