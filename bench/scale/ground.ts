import { kafkaClient, messagingMigrations, type KafkaClient } from '@tradewind/messaging';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { Platform } from '../ground/platform.js';
import { doneJobs, jobs } from './job.js';
import type { Done } from './judge.js';

/** A platform of the measurement's own, with the topic and the tables that the consumers need. */
export class Ground {
  private constructor(
    private readonly platform: Platform,
    readonly kafka: KafkaClient,
    private readonly database: pg.Pool,
  ) {}

  static async open(): Promise<Ground> {
    const platform = await Platform.open();
    const kafka = kafkaClient({ brokers: platform.brokers.split(','), clientId: 'bench' });
    await kafka.provision([jobs]);
    const dataSource = await new DataSource({
      type: 'postgres',
      url: platform.postgresUrl,
      migrations: messagingMigrations,
    }).initialize();
    await dataSource.runMigrations();
    await dataSource.query(doneJobs);
    await dataSource.destroy();
    return new Ground(platform, kafka, new pg.Pool({ connectionString: platform.postgresUrl, max: 2 }));
  }

  /** What a consumer finds everything by. */
  get environment(): Readonly<Record<string, string>> {
    return { DATABASE_URL: this.platform.postgresUrl, KAFKA_BROKERS: this.platform.brokers };
  }

  /** Process ids of the broker and the database, by name. */
  get processes(): ReadonlyMap<string, number> {
    return this.platform.processes;
  }

  async countDone(): Promise<number> {
    const { rows } = await this.database.query<{ count: string }>('select count(*) from bench_done');
    return Number(rows[0]!.count);
  }

  /** Everything that was done, in the order of the settlements. */
  async done(): Promise<Done[]> {
    const { rows } = await this.database.query<{ owner: string; number: number; began: string; done: number }>(
      `select owner, number, began_at as began, (extract(epoch from done_at) * 1000)::float8 as done from bench_done order by place`,
    );
    return rows.map(({ owner, number, began, done }) => ({ owner, number, beganAt: Number(began), doneAt: done }));
  }

  async close(): Promise<void> {
    await this.kafka.close();
    await this.database.end();
    await this.platform.close();
  }
}
