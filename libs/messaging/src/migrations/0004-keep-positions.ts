import type { MigrationInterface, QueryRunner } from 'typeorm';

const up = `
create table msg_relay_positions (
  topic text not null,
  partition int not null,
  next_offset bigint not null,
  primary key (topic, partition)
) with (fillfactor = 20);
insert into msg_relay_positions (topic, partition, next_offset)
select topic, partition, max(record_offset) + 1 from msg_outbox_archive group by topic, partition;
`;

/** Where what was published ends, by the database's own account: what tells a lost database, and a lost topic. */
export class Messaging1700000000004 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table msg_relay_positions');
  }
}
