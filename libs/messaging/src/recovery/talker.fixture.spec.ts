import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { eventually } from '@tradewind/testing';
import { IsString } from 'class-validator';
import { DataSource } from 'typeorm';
import { freshDatabase, type FreshDatabase } from '../../../../tools/platform/postgres/fresh-database.js';
import {
  Catalogue,
  Handles,
  insert,
  kafkaClient,
  Message,
  messagingMigrations,
  MessagingParts,
  nothing,
  PostgresStore,
  said,
  systemWorld,
  table,
  topic,
  type AnsweredRequest,
  type Circumstances,
  type Decision,
  type KafkaClient,
  type MessageClass,
  type MessagingOptions,
} from '../index.js';
import { toOutboxRow } from '../outbox/envelope.js';

const run = randomUUID().slice(0, 8);
export const service = `talker-${run}`;
export const talk = topic(`talk-${run}.events`, { owner: service, partitions: 3 });

@Message({ type: 'talk.said', topic: talk, key: 'who' })
export class Said {
  @IsString() readonly who!: string;
}
@Message({ type: 'talk.coughed', topic: talk, key: 'who' })
export class Coughed {
  @IsString() readonly who!: string;
}

interface Heard {
  readonly heardId: string;
  readonly who: string;
}
export interface Voice {
  readonly who: string;
  readonly words: number;
}
export const Voices = table<Voice>('voices', 'who', { who: 'text', words: 'int4' });
const HeardWords = table<Heard>('heard', 'heardId', { heardId: 'uuid', who: 'text' });

/** Whoever makes somebody talk is answered which word it was. */
export const answeredRequest = (id: string, at: Date): AnsweredRequest => ({
  claim: { scope: 'a listener', route: 'POST /words', key: id, bodyHash: id },
  at,
  answer: { id },
});

/** Writes down what it hears, once each. */
export class Listener {
  @Handles(Said)
  listen({ who }: Said, { cause }: Circumstances): Decision {
    return insert(HeardWords, { heardId: cause, who });
  }
}

export class PatientListener {
  @Handles(Said)
  listen({ who }: Said, { cause }: Circumstances): Decision {
    return insert(HeardWords, { heardId: cause, who });
  }

  @Handles(Coughed)
  pardon(): Decision {
    return nothing();
  }
}

/** A service that talks to itself: one topic, one group, one table. */
export class Talker {
  fatal: Error[] = [];
  kafka!: KafkaClient;
  #parts: MessagingParts | undefined;

  private constructor(
    readonly database: FreshDatabase,
    readonly dataSource: DataSource,
    public store: PostgresStore,
  ) {}

  /** On an empty database, or on a copy of another. */
  static async open(template?: string): Promise<Talker> {
    const database = await freshDatabase(template);
    const dataSource = await new DataSource({
      type: 'postgres',
      url: database.url,
      migrations: messagingMigrations,
      applicationName: 'recovering',
    }).initialize();
    await dataSource.runMigrations();
    await dataSource.query(`create table if not exists heard (heard_id uuid primary key, who text not null);
      create table if not exists voices (who text primary key, words int not null);
      create table if not exists secrets (who text primary key references voices deferrable initially deferred, secret text not null)`);
    return new Talker(database, dataSource, new PostgresStore(dataSource));
  }

  readonly options: MessagingOptions = {
    service,
    contracts: new Catalogue([Said, Coughed]),
    lockOrder: [HeardWords],
    ignores: { [service]: [Coughed] },
  };

  async provision(brokers: string): Promise<void> {
    const kafka = this.client(brokers);
    await kafka.provision([talk]);
    await kafka.close();
  }

  client(brokers: string): KafkaClient {
    return kafkaClient({ brokers: brokers.split(','), clientId: 'talker' });
  }

  start(brokers: string, listener: object = new Listener()): void {
    this.fatal = [];
    this.kafka = this.client(brokers);
    const ignores = listener instanceof PatientListener ? {} : this.options.ignores!;
    const ports = {
      store: this.store,
      kafka: this.kafka,
      world: systemWorld,
      log: () => undefined,
      onFatal: (error: Error) => void this.fatal.push(error),
    };
    this.#parts = new MessagingParts({ ...this.options, ignores }, ports, () => []);
    this.#parts.hear(listener);
    this.#parts.start();
    this.#parts.transport.listen(() => undefined);
  }

  async stop(): Promise<void> {
    const running = this.#parts;
    this.#parts = undefined;
    if (!running) return;
    await running.leave();
    await running.finish();
    await this.kafka.close();
  }

  /** Nobody is connected to the database meanwhile: only then it can be copied. */
  async aside<T>(work: () => Promise<T>): Promise<T> {
    await this.dataSource.destroy();
    const result = await work();
    await this.dataSource.initialize();
    this.store = new PostgresStore(this.dataSource);
    return result;
  }

  async close(): Promise<void> {
    await this.stop();
    await this.dataSource.destroy();
    await this.database.drop();
  }

  /** Says it once for each name, in one transaction; each as if a request with a key had asked for it. */
  async tell(cls: MessageClass<Said>, ...names: readonly string[]): Promise<string[]> {
    const ids = names.map(() => randomUUID());
    const rows = names.map((who, index) =>
      toOutboxRow(said(cls, { who }), {
        id: ids[index]!,
        at: new Date(),
        cause: ids[index]!,
        correlation: undefined,
        traceparent: null,
      }),
    );
    await this.store.transaction(async (transaction) => {
      const voices = [...new Set(names)];
      const known = (await transaction.load({
        table: Voices,
        by: new Map([['who', new Set(voices)]]),
      })) as readonly Voice[];
      const after = voices.map((who): Voice => ({
        who,
        words: (known.find((voice) => voice.who === who)?.words ?? 0) + names.filter((name) => name === who).length,
      }));
      await transaction.save(
        Voices,
        after.map((row) => ({ table: Voices, key: row.who, row, fresh: false })),
        new Set(known.map(({ who }) => who)),
      );
      await transaction.append(rows);
      const requests = rows.map((row) => answeredRequest(row.id, row.occurredAt));
      await transaction.claim(requests.map(({ claim, at }) => ({ ...claim, at })));
      await transaction.keepAnswers(requests);
    });
    return ids;
  }

  async count(table: string): Promise<number> {
    return (await this.dataSource.query<{ n: number }[]>(`select count(*)::int as n from ${table}`))[0]!.n;
  }

  /** Everything that was said is published and passed by the group, whose positions stand at the ends. */
  async atRest(): Promise<void> {
    await eventually(async () => {
      // Asked first: what is published later lies beyond the ends that are asked for next.
      if ((await this.count('msg_outbox')) > 0) return false;
      const ends = await this.kafka.endOffsets([talk.name]);
      const committed = new Map(
        (await this.kafka.committed(service, [talk.name])).map(({ partition, next }) => [partition, next]),
      );
      return ends.every(({ partition, end }) => (committed.get(partition) ?? 0n) === end);
    });
  }

  disagreement(): Promise<string> {
    return eventually(() => this.fatal.find(({ name }) => name === 'PositionsDisagree')?.message);
  }
}
