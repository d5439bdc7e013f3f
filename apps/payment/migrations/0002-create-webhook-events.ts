import type { MigrationInterface, QueryRunner } from 'typeorm';

const up = `
create table webhook_events (
  event_id text primary key,
  type text not null,
  operation text not null,
  received_at timestamptz not null
);
`;

export class CreateWebhookEvents1760000000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table webhook_events');
  }
}
