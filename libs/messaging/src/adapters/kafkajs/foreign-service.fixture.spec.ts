import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { eventually } from '@tradewind/testing';
import { IsInt, IsString } from 'class-validator';
import type { KafkaSettings } from './kafkajs-settings.js';
import kafkajs, { type Admin, type Message as KafkajsMessage, type Producer } from 'kafkajs';
import { DataSource } from 'typeorm';
import { freshDatabase, type FreshDatabase } from '../../../../../tools/platform/postgres/fresh-database.js';
import {
  foreignTopic,
  Handles,
  ignore,
  kafkaClient,
  Message,
  messagingMigrations,
  readCloudEvent,
  type ForeignRecord,
  type KafkaClient,
  type TransactionContext,
} from '../../index.js';
import { MessageRegistry } from '../../message.js';
import { MessagingRuntime, PostgresStore, systemPorts } from '../../internals.js';
import type { ForeignReading } from '../../message/index.js';

const run = randomUUID().slice(0, 8);
export const service = `ledger-${run}`;

interface Change {
  readonly op: 'c' | 'u' | 'd';
  readonly after: { readonly account: string; readonly amount: number } | null;
  readonly source: { readonly lsn: number };
}

/** Plain JSON, a change event of Debezium, or a CloudEvent. */
export const reading = {
  read(record: ForeignRecord): ReturnType<ForeignReading['read']> {
    if (record.value === null) return ignore; // Debezium's tombstone after a delete
    if (record.headers['x-format'] === 'debezium') {
      const { op, after, source } = record.json() as Change;
      if (op === 'd' || !after) return ignore;
      return { id: `${after.account} ${source.lsn}`, message: Booked, fields: after, sequence: source.lsn };
    }
    if (record.headers['ce_id'] !== undefined || /cloudevents/.test(record.headers['content-type'] ?? '')) {
      const { id, source, data } = readCloudEvent(record);
      return { id: `${source} ${id}`, message: Booked, fields: data as object };
    }
    const { id, ...fields } = record.json() as { readonly id?: string };
    return { id, message: Booked, fields };
  },
};

export const bookings = foreignTopic(`legacy-${run}.bookings`, {
  read: (record) => reading.read(record),
  from: 'earliest',
});
export const latest = foreignTopic(`legacy-${run}.latest`, {
  read: (record) => ({ message: Latest, fields: record.json() as object }),
  from: 'latest',
});

@Message({ type: 'legacy.booked', topic: bookings })
export class Booked {
  @IsString() readonly account!: string;
  @IsInt() readonly amount!: number;
}

@Message({ type: 'legacy.latest', topic: latest })
export class Latest {
  @IsString() readonly account!: string;
}

export class BookedHandler {
  @Handles(Booked)
  async book({ account, amount }: Booked, context: TransactionContext): Promise<void> {
    const { manager, originalId = null, sequence, cause } = context;
    await manager.query(
      'insert into booked (cause, account, amount, original_id, sequence) values ($1, $2, $3, $4, $5)',
      [cause, account, amount, originalId, sequence.toString()],
    );
  }
}

export class LatestHandler {
  @Handles(Latest)
  async note({ account }: Latest, { manager, cause }: TransactionContext): Promise<void> {
    await manager.query('insert into booked (cause, account, amount, sequence) values ($1, $2, 0, 0)', [
      cause,
      account,
    ]);
  }
}

export interface BookedRow {
  readonly account: string;
  readonly amount: number;
  readonly original_id: string | null;
  readonly sequence: string;
}

/** A service that consumes topics of another system, which a plain kafkajs producer writes. */
export class LedgerService {
  fatal: Error[] = [];
  readonly log: string[] = [];
  readonly store: PostgresStore;
  runtime: MessagingRuntime | undefined;

  private constructor(
    private readonly database: FreshDatabase,
    readonly dataSource: DataSource,
    readonly kafka: KafkaClient,
    readonly admin: Admin,
    private readonly producer: Producer,
  ) {
    this.store = new PostgresStore(dataSource);
  }

  static async open(brokers: readonly string[], settings: Pick<KafkaSettings, 'zstd'> = {}): Promise<LedgerService> {
    const database = await freshDatabase();
    const dataSource = new DataSource({ type: 'postgres', url: database.url, migrations: messagingMigrations });
    await dataSource.initialize();
    await dataSource.runMigrations();
    await dataSource.query(
      'create table booked (position int generated always as identity, cause uuid primary key, account text not null, amount int not null, original_id text, sequence bigint not null)',
    );
    const client = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING });
    const admin = client.admin();
    const producer = client.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
    await Promise.all([admin.connect(), producer.connect()]);
    return new LedgerService(
      database,
      dataSource,
      kafkaClient({ brokers, clientId: 'ledger', ...settings }),
      admin,
      producer,
    );
  }

  /** As the owner of the topic does it, with any settings. */
  async createTopic(topic: string, numPartitions: number, settings: Readonly<Record<string, string>> = {}) {
    const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
    await this.admin.createTopics({ topics: [{ topic, numPartitions, configEntries }] });
    await eventually(async () => (await this.admin.fetchTopicOffsets(topic)).length === numPartitions);
  }

  async produce(topic: string, ...messages: readonly KafkajsMessage[]): Promise<void> {
    await this.producer.send({ topic, messages: [...messages] });
  }

  start(...controllers: readonly object[]): void {
    this.fatal = [];
    const contracts = new MessageRegistry([Booked, Latest]);
    const environment = {
      store: this.store,
      kafka: this.kafka,
      ports: systemPorts,
      log: (_level: string, message: string) => void this.log.push(message),
      onFatal: (error: Error) => void this.fatal.push(error),
    };
    this.runtime = new MessagingRuntime({ service, contracts, lockOrder: [] }, environment, () => []);
    for (const controller of controllers) this.runtime.addController(controller);
    void this.runtime.start();
    this.runtime.transport.listen((error?: Error) => {
      if (error) this.fatal.push(error);
    });
  }

  async stop(): Promise<void> {
    await this.runtime?.stopConsuming();
    await this.runtime?.stop();
    this.runtime = undefined;
  }

  booked(account: string): Promise<BookedRow[]> {
    return this.dataSource.query(
      'select account, amount, original_id, sequence::text from booked where account = $1 order by position',
      [account],
    );
  }

  async close(): Promise<void> {
    await this.stop();
    await this.producer.disconnect();
    await this.admin.disconnect();
    await this.kafka.close();
    await this.dataSource.destroy();
    await this.database.drop();
  }
}
