import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { kafkaClient, messagingMigrations, type KafkaClient } from '@tradewind/messaging';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { startKafka, type Kafka } from '../../tools/platform/kafka/start-kafka.js';
import { startPostgres, type Postgres } from '../../tools/platform/postgres/start-postgres.js';
import { freePorts } from '../../tools/platform/process/ports.js';
import { removeState, temporaryFolder } from '../../tools/platform/process/temporary-folder.js';
import { doneJobs, jobs } from './job.js';
import type { Done } from './judge.js';

/** A Kafka and a PostgreSQL of the measurement's own, as `npm start` runs them, in a folder that goes with it. */
export class Ground {
  private constructor(
    private readonly folder: string,
    private readonly postgres: Postgres,
    private readonly broker: Kafka,
    readonly kafka: KafkaClient,
    private readonly database: pg.Pool,
  ) {}

  static async open(): Promise<Ground> {
    const folder = await temporaryFolder();
    const [port = 0, kafkaPort = 0, controllerPort = 0] = await freePorts(3);
    const postgres = await startPostgres({ dataDir: join(folder, 'postgres'), port, password: randomBytes(12).toString('base64url'), log: join(folder, 'postgres.log') });
    const broker = await startKafka({ dataDir: join(folder, 'kafka'), port: kafkaPort, controllerPort, log: join(folder, 'kafka.log') });
    const kafka = kafkaClient({ brokers: broker.brokers.split(','), clientId: 'bench' });
    await kafka.provision([jobs]);
    const dataSource = await new DataSource({ type: 'postgres', url: postgres.adminUrl, migrations: messagingMigrations }).initialize();
    await dataSource.runMigrations();
    await dataSource.query(doneJobs);
    await dataSource.destroy();
    return new Ground(folder, postgres, broker, kafka, new pg.Pool({ connectionString: postgres.adminUrl, max: 2 }));
  }

  /** What a consumer finds everything by. */
  get environment(): Readonly<Record<string, string>> {
    return { DATABASE_URL: this.postgres.adminUrl, KAFKA_BROKERS: this.broker.brokers };
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
    await Promise.all([this.broker.stop(), this.postgres.stop()]);
    removeState(this.folder);
  }
}
