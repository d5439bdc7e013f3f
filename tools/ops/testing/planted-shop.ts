import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { topics } from '@tradewind/contracts';
import {
  headersOf,
  kafkaClient,
  messagingMigrations,
  partitionOf,
  type KafkaClient,
  type OutgoingRecord,
} from '@tradewind/messaging';
import pg from 'pg';
import { DataSource, type MigrationInterface } from 'typeorm';
import { databaseNames, type DatabaseName } from '../gather/database-names.js';
import { freshDatabase, type FreshDatabase } from '../../platform/postgres/fresh-database.js';
import { withPrefix } from './prefixed-kafka.js';

export type Migrations = Readonly<Record<DatabaseName, readonly (new () => MigrationInterface)[]>>;

/**
 * The databases of a shop with rows of ours in them, its topics (under a prefix, so that nobody else's records are there) and
 * its provider's log. A real PostgreSQL and a real Kafka; only the services are missing.
 */
export class PlantedShop {
  readonly #clients = new Map<DatabaseName, pg.Client>();
  readonly #sequences = new Map<string, number>();
  readonly #records: OutgoingRecord[] = [];
  #position = 0;

  private constructor(
    private readonly fresh: ReadonlyMap<DatabaseName, FreshDatabase>,
    readonly kafka: KafkaClient,
    private readonly folder: string,
  ) {}

  static async open(migrations: Migrations): Promise<PlantedShop> {
    const fresh = new Map<DatabaseName, FreshDatabase>();
    for (const name of databaseNames) {
      const database = await freshDatabase();
      fresh.set(name, database);
      const source = await new DataSource({
        type: 'postgres',
        url: database.url,
        migrations: [...messagingMigrations, ...migrations[name]],
      }).initialize();
      await source.runMigrations();
      await source.destroy();
    }
    const kafka = withPrefix(
      kafkaClient({ brokers: process.env['TEST_KAFKA_BROKERS']!.split(','), clientId: 'ops' }),
      `${randomUUID().slice(0, 8)}.`,
    );
    await kafka.provision(Object.values(topics));
    const shop = new PlantedShop(fresh, kafka, mkdtempSync(join(tmpdir(), 'tradewind-ops-')));
    for (const [name, { url }] of fresh) {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      shop.#clients.set(name, client);
    }
    return shop;
  }

  get databases(): Record<DatabaseName, string> {
    return Object.fromEntries([...this.fresh].map(([name, { url }]) => [name, url])) as Record<DatabaseName, string>;
  }

  get providerLog(): string {
    return join(this.folder, 'provider.log');
  }

  async sql<R extends object = Record<string, unknown>>(
    name: DatabaseName,
    text: string,
    values: unknown[] = [],
  ): Promise<R[]> {
    return (await this.#clients.get(name)!.query<R>(text, values)).rows;
  }

  provider(...operations: object[]): void {
    writeFileSync(this.providerLog, operations.map((operation) => `${JSON.stringify(operation)}\n`).join(''), {
      flag: 'a',
    });
  }

  /** Said and published: a row of the archive, and a record with the next number of its key. Without a cause it was a command's. */
  async say(
    service: DatabaseName,
    topic: string,
    type: string,
    key: string,
    payload: object,
    cause: string = randomUUID(),
  ): Promise<OutgoingRecord> {
    const lane = `${topic} ${key}`;
    const sequence = (this.#sequences.get(lane) ?? 0) + 1;
    this.#sequences.set(lane, sequence);
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
      [++this.#position, row.id, topic, key, type, sequence, row.payload, row.causation, key],
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

  /** The mark of a message in a consumer's inbox; its id, for what it causes. */
  async hear(consumer: string, { topic, key, headers }: OutgoingRecord): Promise<string> {
    const id = headers['ce_id']!;
    await this.sql(
      consumer.split('.')[0] as DatabaseName,
      `insert into msg_inbox (consumer, message_id, lane) values ($1, $2, $3)`,
      [consumer, id, `${topic}\n${key}`],
    );
    return id;
  }

  /** Puts everything that was said on the topics. */
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
