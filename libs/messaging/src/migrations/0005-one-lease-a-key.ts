import type { MigrationInterface, QueryRunner } from 'typeorm';

const up = `
update msg_effects e set lease_until = null where lease_until is not null
and exists (select 1 from msg_effects other where other.key = e.key and other.lease_until is not null and other.place < e.place);
create unique index msg_effects_leased_key on msg_effects (key) where lease_until is not null;
alter table msg_effects add column lease_holder text;
`;

/** Of a key's effects one is leased, by the database's word: two who look in the same moment can't both take one. And who has it, for an operator. */
export class Messaging1700000000005 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop index msg_effects_leased_key; alter table msg_effects drop column lease_holder');
  }
}
