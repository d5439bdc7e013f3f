import type { MigrationInterface, QueryRunner } from 'typeorm';

const up = `
drop index msg_sagas_open;
create index msg_sagas_open on msg_sagas (saga, started_at) where status in ('running', 'undoing');
alter table msg_idempotency set (fillfactor = 50);
`;
const down = `
drop index msg_sagas_open;
create index msg_sagas_open on msg_sagas (saga, updated_at) where status in ('running', 'undoing');
alter table msg_idempotency reset (fillfactor);
`;

/** No index of a saga changes with its steps, and a key's answer has room beside its claim: their updates leave the indexes alone. */
export class Messaging1700000000008 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(down);
  }
}
