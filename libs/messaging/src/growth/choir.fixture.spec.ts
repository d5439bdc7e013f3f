import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { eventually } from '@tradewind/testing';
import { IsString } from 'class-validator';
import { DataSource } from 'typeorm';
import { freshDatabase, type FreshDatabase } from '../../../../tools/platform/postgres/fresh-database.js';
import {
  Catalogue,
  growTopic,
  Handles,
  kafkaClient,
  keys,
  Message,
  MessagingParts,
  messagingMigrations,
  PostgresStore,
  said,
  save,
  systemWorld,
  table,
  topic,
  type Decision,
  type Given,
  type GrowthContext,
  type IncomingRecord,
  type KafkaClient,
  type MessagingOptions,
  type TopicStanding,
} from '../index.js';
import { toOutboxRow } from '../outbox/envelope.js';

const run = randomUUID().slice(0, 8);
/** Fresh for each choir: a topic can't shrink again. */
let choirs = 0;

interface Ear {
  readonly earId: string;
  readonly last: number;
  /** Sequences that did not follow the one before. */
  readonly wrong: readonly number[];
}
const Ears = table<Ear>('ears', 'earId', { earId: 'text', last: 'int4', wrong: 'jsonb' });

/** A service that sings in many voices and hears itself: one topic of three partitions, and two groups of which one may come late. */
export class Choir {
  readonly service = `choir-${run}-${++choirs}`;
  readonly song = topic(`song-${run}-${choirs}.events`, { owner: this.service, partitions: 3 });
  readonly options: MessagingOptions;
  readonly fatal: Error[] = [];
  readonly sung = new Map<string, number>();
  readonly #Sung: new () => { readonly voice: string };
  readonly #listeners: Readonly<Record<'main' | 'late', object>>;
  readonly #running = new Set<{ readonly parts: MessagingParts; readonly kafka: KafkaClient }>();
  #database!: FreshDatabase;
  dataSource!: DataSource;
  kafka!: KafkaClient;

  constructor() {
    @Message({ type: 'voice.sung', topic: this.song, key: 'voice' })
    class Sung {
      @IsString() readonly voice!: string;
    }
    const load = { ears: keys(Ears, ({ voice }: Sung) => [`main ${voice}`, `late ${voice}`]) };
    class Listener {
      @Handles(Sung, { load })
      hear({ voice }: Sung, { ears, sequence }: Given<typeof load>): Decision {
        return heard(`main ${voice}`, ears.get(`main ${voice}`), Number(sequence));
      }
    }
    class LateListener {
      @Handles(Sung, { load, consumer: 'late' })
      hear({ voice }: Sung, { ears, sequence }: Given<typeof load>): Decision {
        return heard(`late ${voice}`, ears.get(`late ${voice}`), Number(sequence));
      }
    }
    this.#Sung = Sung;
    this.#listeners = { main: new Listener(), late: new LateListener() };
    this.options = { service: this.service, contracts: new Catalogue([Sung]), lockOrder: [Ears] };
  }

  async open(): Promise<this> {
    this.#database = await freshDatabase();
    this.dataSource = await new DataSource({
      type: 'postgres',
      url: this.#database.url,
      migrations: messagingMigrations,
      extra: { max: 20 },
    }).initialize();
    await this.dataSource.runMigrations();
    await this.dataSource.query('create table ears (ear_id text primary key, last int not null, wrong jsonb not null)');
    this.kafka = this.#client();
    await this.kafka.provision([this.song]);
    return this;
  }

  #client(): KafkaClient {
    return kafkaClient({ brokers: process.env['TEST_KAFKA_BROKERS']!.split(','), clientId: 'choir' });
  }

  /** An instance: one that publishes, one that listens, or both. */
  start({
    sings = true,
    hears = ['main'],
  }: { readonly sings?: boolean; readonly hears?: readonly ('main' | 'late')[] } = {}): () => Promise<void> {
    const kafka = this.#client();
    const ports = {
      store: new PostgresStore(this.dataSource),
      kafka,
      world: systemWorld,
      log: () => undefined,
      onFatal: (error: Error) => void this.fatal.push(error),
    };
    const parts = new MessagingParts(this.options, ports, () => []);
    for (const name of hears) parts.hear(this.#listeners[name]);
    if (sings) parts.start();
    parts.transport.listen(() => undefined);
    const instance = { parts, kafka };
    this.#running.add(instance);
    return async () => {
      if (!this.#running.delete(instance)) return;
      await parts.leave();
      await parts.finish();
      await kafka.close();
    };
  }

  /** Once for each name, in one transaction. */
  async sing(...voices: readonly string[]): Promise<void> {
    const rows = voices.map((voice) => {
      const id = randomUUID();
      return toOutboxRow(said(this.#Sung, { voice }), {
        id,
        at: new Date(),
        cause: id,
        correlation: undefined,
        traceparent: null,
      });
    });
    await new PostgresStore(this.dataSource).transaction((transaction) => transaction.append(rows));
    for (const voice of voices) this.sung.set(voice, (this.sung.get(voice) ?? 0) + 1);
  }

  context(kafka: KafkaClient = this.kafka): GrowthContext {
    return { options: this.options, dataSource: this.dataSource, kafka, world: systemWorld };
  }

  grow(partitions: number, kafka?: KafkaClient): Promise<TopicStanding> {
    return growTopic(this.context(kafka), { topic: this.song.name, partitions, reason: 'more voices' });
  }

  /** All that was sung is published and heard by the group. */
  async heardOut(
    group: 'main' | 'late' = 'main',
  ): Promise<ReadonlyMap<string, { readonly last: number; readonly wrong: readonly number[] }>> {
    const all = [...this.sung.values()].reduce((sum, count) => sum + count, 0);
    return eventually(async () => {
      const ears = await this.dataSource.query<{ ear_id: string; last: number; wrong: number[] }[]>(
        'select * from ears where ear_id like $1',
        [`${group} %`],
      );
      const heardOf = ears.reduce((sum, { last }) => sum + last, 0);
      if (heardOf < all && this.fatal.length === 0) return undefined;
      return new Map(ears.map(({ ear_id: id, last, wrong }) => [id.slice(group.length + 1), { last, wrong }]));
    }, 60_000);
  }

  /** What every voice should have been heard as. */
  get wholeSong(): ReadonlyMap<string, { readonly last: number; readonly wrong: readonly number[] }> {
    return new Map([...this.sung].map(([voice, last]) => [voice, { last, wrong: [] }]));
  }

  /** Everything on the topic, read from the beginning beside every group. */
  async records(): Promise<IncomingRecord[]> {
    const all: IncomingRecord[] = [];
    const ends = await this.kafka.endOffsets([this.song.name]);
    await this.kafka.read({
      ranges: ends.map(({ topic: name, partition, start, end }) => ({ topic: name, partition, from: start, to: end })),
      onRecords: (some) => Promise.resolve(void all.push(...some)),
    });
    return all;
  }

  async close(): Promise<void> {
    for (const { parts, kafka } of this.#running) {
      await parts.leave();
      await parts.finish();
      await kafka.close();
    }
    await this.kafka.close();
    await this.dataSource.destroy();
    await this.#database.drop();
  }
}

/** Counts on by what was heard: whatever comes out of its order, twice or never shows. */
function heard(earId: string, before: Ear | undefined, sequence: number): Decision {
  const { last, wrong } = before ?? { last: 0, wrong: [] };
  return save(Ears, { earId, last: last + 1, wrong: sequence === last + 1 ? wrong : [...wrong, sequence] });
}
