import type { MigrationInterface, QueryRunner } from 'typeorm';

const up = `
create unlogged table msg_incarnation (
  id uuid not null default gen_random_uuid(),
  only_one boolean primary key default true check (only_one)
)`;

/** A word for the time between two crashes of the server: the table is unlogged, so a crash, and a standby that takes over, finds it empty. */
export class Messaging1700000000010 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table msg_incarnation');
  }
}
