import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Accounts, how they are proved, and what their personal data is sealed with. */
export class CreateAccounts1760000000001 implements MigrationInterface {
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
        forgotten_at timestamptz,
        constraint accounts_state check (
          (status = 'active' and role in ('customer', 'admin') and num_nulls(email, email_index, name, registered_at) = 0 and forgotten_at is null)
          or (status = 'forgotten' and forgotten_at is not null and num_nonnulls(role, email, email_index, name, registered_at) = 0)),
        constraint accounts_sealed check (email like 'sealed:1:%' and name like 'sealed:1:%')
      ) with (fillfactor = 70);

      create table credentials (
        user_id uuid primary key references accounts,
        password_hash text not null check (password_hash like '$argon2id$%')
      );

      create table data_keys (
        user_id uuid primary key references accounts,
        wrapped_key text not null,
        created_at timestamptz not null
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table data_keys; drop table credentials; drop table accounts');
  }
}
