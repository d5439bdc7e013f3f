import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { topics } from '@tradewind/contracts';
import { kafkaClient, messagingMigrations, type KafkaClient } from '@tradewind/messaging';
import { headersOf, partitionOf, type OutgoingRecord } from '@tradewind/messaging/internals';
import pg from 'pg';
import { DataSource, type MigrationInterface } from 'typeorm';
import { databaseServices, isDatabaseService, perDatabase, type DatabaseService } from '../../services.js';
import { freshDatabase, type FreshDatabase } from '../../platform/postgres/fresh-database.js';
import { withTopicPrefix } from './prefixed-kafka.js';

/** A service's own migrations; a service that is left out has the tables of the messaging library only. */
export type Migrations = Readonly<Partial<Record<DatabaseService, readonly (new () => MigrationInterface)[]>>>;

/**
 * Databases of all services, the topics (with a prefix, so that records of other tests are not in them) and a provider's log. PostgreSQL
 * and Kafka are real; the services are missing, and tests write what these would have written.
 */
export class ShopFixture {
  readonly #clients = new Map<DatabaseService, pg.Client>();
  readonly #sequences = new Map<string, number>();
  readonly #records: OutgoingRecord[] = [];
  #archivedRows = 0;

  private constructor(
    private readonly fresh: ReadonlyMap<DatabaseService, FreshDatabase>,
    readonly kafka: KafkaClient,
    private readonly folder: string,
  ) {}

  static async open(migrations: Migrations): Promise<ShopFixture> {
    const fresh = new Map<DatabaseService, FreshDatabase>();
    for (const service of databaseServices) {
      const database = await freshDatabase();
      fresh.set(service, database);
      const source = await new DataSource({
        type: 'postgres',
        url: database.url,
        migrations: [...messagingMigrations, ...(migrations[service] ?? [])],
      }).initialize();
      await source.runMigrations();
      await source.destroy();
    }
    const kafka = withTopicPrefix(
      kafkaClient({ brokers: process.env['TEST_KAFKA_BROKERS']!.split(','), clientId: 'audit-test' }),
      `${randomUUID().slice(0, 8)}.`,
    );
    await kafka.provision(Object.values(topics));
    const shop = new ShopFixture(fresh, kafka, mkdtempSync(join(tmpdir(), 'tradewind-audit-')));
    for (const [service, { url }] of fresh) {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      shop.#clients.set(service, client);
    }
    return shop;
  }

  get databases(): Record<DatabaseService, string> {
    return perDatabase((service) => this.fresh.get(service)!.url);
  }

  get providerLog(): string {
    return join(this.folder, 'provider.log');
  }

  async sql<R extends object = Record<string, unknown>>(
    service: DatabaseService,
    text: string,
    values: unknown[] = [],
  ): Promise<R[]> {
    return (await this.#clients.get(service)!.query<R>(text, values)).rows;
  }

  addProviderOperations(...operations: object[]): void {
    writeFileSync(this.providerLog, operations.map((operation) => `${JSON.stringify(operation)}\n`).join(''), {
      flag: 'a',
    });
  }

  /** Archives a message, and returns its record with the next sequence of its key, for `publish`. Without a cause it comes from a command. */
  async addPublished(
    service: DatabaseService,
    topic: string,
    type: string,
    key: string,
    payload: object,
    cause: string = randomUUID(),
  ): Promise<OutgoingRecord> {
    const orderingKey = `${topic}\n${key}`;
    const sequence = (this.#sequences.get(orderingKey) ?? 0) + 1;
    this.#sequences.set(orderingKey, sequence);
    const row = {
      id: randomUUID(),
      topic,
      key,
      type,
      version: 1,
      payload: JSON.stringify(payload),
      causation: cause,
      correlation: key,
      traceparent: null,
      occurredAt: new Date(),
      headers: null,
      archived: true,
      position: 0n,
      sequence: BigInt(sequence),
    };
    await this.sql(
      service,
      `insert into msg_outbox_archive (position, id, topic, key, type, version, sequence, payload, causation, correlation, occurred_at, partition, record_offset)
       values ($1, $2, $3, $4, $5, 1, $6, $7, $8, $9, now(), 0, 0)`,
      [++this.#archivedRows, row.id, topic, key, type, sequence, row.payload, row.causation, key],
    );
    const { partitions } = Object.values(topics).find(({ name }) => name === topic)!;
    const record = {
      topic,
      partition: partitionOf(key, partitions),
      key,
      value: row.payload,
      headers: headersOf(row, service),
    };
    this.#records.push(record);
    return record;
  }

  /** Adds a message to a consumer's inbox; returns its id, the cause of later messages. */
  async addConsumed(consumer: string, { topic, key, headers }: OutgoingRecord): Promise<string> {
    const id = headers['ce_id']!;
    const service = consumer.split('.')[0]!;
    if (!isDatabaseService(service)) throw new Error(`${consumer} belongs to no service with a database`);
    await this.sql(service, `insert into msg_inbox (consumer, message_id, ordering_key) values ($1, $2, $3)`, [
      consumer,
      id,
      `${topic}\n${key}`,
    ]);
    return id;
  }

  /** Publishes the records of all messages that were added since the last call. */
  async publish(records: readonly OutgoingRecord[] = this.#records.splice(0)): Promise<void> {
    const publisher = await this.kafka.publisher();
    await publisher.publish(records);
    await publisher.close();
  }

  async close(): Promise<void> {
    for (const client of this.#clients.values()) await client.end();
    for (const database of this.fresh.values()) await database.drop();
    await this.kafka.close();
    rmSync(this.folder, { recursive: true });
  }
}
