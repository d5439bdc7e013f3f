import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The keys that access tokens are signed with, and the one row whose lock decides which instance sees to them. */
export class CreateSigningKeys1760000000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table key_rings (
        ring text primary key,
        tended_at timestamptz not null
      );
      insert into key_rings (ring, tended_at) values ('access', now());

      create table signing_keys (
        kid text primary key,
        ring text not null references key_rings,
        status text not null,
        public_key text,
        private_key text,
        announced_at timestamptz,
        signs_from timestamptz,
        acknowledged_at timestamptz,
        retired_at timestamptz,
        constraint signing_keys_state check (
          (status = 'announced' and num_nulls(public_key, private_key, announced_at, signs_from) = 0 and num_nonnulls(acknowledged_at, retired_at) = 0)
          or (status = 'acknowledged' and num_nulls(public_key, private_key, announced_at, signs_from, acknowledged_at) = 0 and retired_at is null)
          or (status = 'retired' and retired_at is not null and num_nonnulls(public_key, private_key) = 0))
      ) with (fillfactor = 70);
      create index signing_keys_of_ring on signing_keys (ring);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table signing_keys; drop table key_rings');
  }
}
