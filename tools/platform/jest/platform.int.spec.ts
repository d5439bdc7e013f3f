import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { askCoordinator } from '../kafka/coordinator.js';
import { freshDatabase, type FreshDatabase } from '../postgres/fresh-database.js';

describe('the platform of the tests', () => {
  let database: FreshDatabase;
  beforeAll(async () => {
    database = await freshDatabase();
  });
  afterAll(() => database.drop());

  it('has a PostgreSQL with a fresh database', async () => {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    const { rows } = await client.query("SELECT lower('É') AS lower, current_setting('server_encoding') AS encoding");
    await client.end();
    expect(rows).toEqual([{ lower: 'é', encoding: 'UTF8' }]);
  });

  it('has a Kafka that serves consumer groups', async () => {
    expect(await askCoordinator(process.env['TEST_KAFKA_BROKERS'] ?? '')).toBe(0);
  });
});
