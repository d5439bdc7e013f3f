import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Accounts with their credentials and data keys, sessions with their refresh tokens, and the signing keys of access tokens.
 * Refresh tokens are locked before their sessions, so their foreign key is checked at the commit. The lock of the one row of
 * `key_rings` decides which instance rotates the signing keys.
 */
export class CreateAccountsAndKeys1760000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table accounts (
        user_id uuid primary key,
        status text not null,
        role text,
        email text,
        email_index text constraint accounts_email_unique unique,
        name text,
        registered_at timestamptz,
        email_verified_at timestamptz,
        disabled_at timestamptz,
        forgotten_at timestamptz,
        constraint accounts_state check (
          (status = 'active' and num_nulls(role, email, email_index, name, registered_at) = 0 and num_nonnulls(disabled_at, forgotten_at) = 0)
          or (status = 'disabled' and role <> 'customer' and num_nulls(email, email_index, name, registered_at, disabled_at) = 0 and forgotten_at is null)
          or (status = 'forgotten' and forgotten_at is not null and num_nonnulls(role, email, email_index, name, registered_at, email_verified_at, disabled_at) = 0)),
        constraint accounts_role check (role in ('customer', 'viewer', 'support', 'operator', 'admin', 'catalogue')),
        constraint accounts_sealed check (email like 'sealed:1:%' and name like 'sealed:1:%')
      ) with (fillfactor = 70);
      create index accounts_of_staff on accounts (user_id) where role <> 'customer';

      create table credentials (
        user_id uuid primary key references accounts,
        password_hash text not null check (password_hash like '$argon2id$%')
      );

      create table data_keys (
        user_id uuid primary key references accounts,
        wrapped_key text not null,
        created_at timestamptz not null
      );

      create table mailed_tokens (
        user_id uuid not null references accounts,
        purpose text not null,
        token_hash text not null unique,
        issued_at timestamptz not null,
        email text,
        primary key (user_id, purpose),
        constraint mailed_tokens_purpose check (
          (purpose in ('reset-password', 'verify-email') and email is null) or (purpose = 'change-email' and email like 'sealed:1:%'))
      );
      create index mailed_tokens_by_age on mailed_tokens (issued_at);

      create table repeated_tombstones (
        user_id uuid primary key references accounts,
        repeated_at timestamptz not null
      );
      create index accounts_forgotten on accounts (forgotten_at) where forgotten_at is not null;

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
          or (status = 'ended' and ended_at is not null and ended_by in ('logout', 'reuse', 'forgotten', 'ended', 'password', 'role-changed', 'disabled')))
      ) with (fillfactor = 70);
      create index sessions_of_user on sessions (user_id);
      create index sessions_by_expiry on sessions (expires_at);

      create table revocations (
        session_id uuid primary key,
        user_id uuid not null,
        revoked_at timestamptz not null
      );

      create table refresh_tokens (
        token_hash text primary key,
        session_id uuid not null references sessions deferrable initially deferred,
        status text not null,
        issued_at timestamptz not null,
        used_at timestamptz,
        used_by text,
        successor text,
        constraint refresh_tokens_state check (
          (status = 'current' and num_nonnulls(used_at, used_by, successor) = 0)
          or (status = 'used' and num_nulls(used_at, used_by, successor) = 0))
      ) with (fillfactor = 70);
      create unique index refresh_tokens_one_current on refresh_tokens (session_id) where status = 'current';
      create index refresh_tokens_of_session on refresh_tokens (session_id);

      create table key_rings (
        ring text primary key,
        changed_at timestamptz not null
      );
      insert into key_rings (ring, changed_at) values ('access', now());

      create table signing_keys (
        kid text primary key,
        ring text not null references key_rings,
        status text not null,
        public_key text,
        private_key text,
        announcement text,
        retirement text not null,
        announced_at timestamptz,
        expires_at timestamptz,
        signs_from timestamptz,
        acknowledged_at timestamptz,
        retired_at timestamptz,
        constraint signing_keys_state check (
          (status = 'announced' and num_nulls(public_key, private_key, announcement, announced_at, expires_at, signs_from) = 0 and num_nonnulls(acknowledged_at, retired_at) = 0)
          or (status = 'acknowledged' and num_nulls(public_key, private_key, announcement, announced_at, expires_at, signs_from, acknowledged_at) = 0 and retired_at is null)
          or (status = 'retired' and retired_at is not null and num_nonnulls(public_key, private_key) = 0))
      ) with (fillfactor = 70);
      create index signing_keys_of_ring on signing_keys (ring);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'drop table signing_keys, key_rings, refresh_tokens, revocations, sessions, repeated_tombstones, mailed_tokens, data_keys, credentials, accounts',
    );
  }
}
