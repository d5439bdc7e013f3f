import type { MigrationInterface, QueryRunner } from 'typeorm';

const up = `
create table msg_topics (
  topic text primary key,
  partitions int not null check (partitions > 0),
  former_ends bigint[] not null default '{}',
  growing_to int check (growing_to > partitions),
  since timestamptz not null default now()
)`;

/** How many partitions of a topic are in force: a fact of the database that publishes to it, for topics grow. */
export class Messaging1700000000006 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table msg_topics');
  }
}
