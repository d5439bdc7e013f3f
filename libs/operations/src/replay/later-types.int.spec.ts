import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
  foreignTopic,
  Handles,
  kafkaClient,
  Message,
  messagingMigrations,
  topic,
  type KafkaClient,
  type TransactionContext,
} from '@tradewind/messaging';
import { MessagingRuntime, PostgresStore, systemPorts } from '@tradewind/messaging/internals';
import { MessageRegistry, type MessageClass } from '@tradewind/messaging/message';
import { eventually } from '@tradewind/testing';
import { IsString } from 'class-validator';
import { DataSource } from 'typeorm';
import { freshDatabase, type FreshDatabase } from '../../../../tools/platform/postgres/fresh-database.js';
import { PostgresReplayStore, Replay, type ReplayReport, type ReplayRequest } from './index.js';

const run = randomUUID().slice(0, 8);
const service = `shelves-${run}`;
const books = topic(`books-${run}.events`, { owner: 'library', partitions: 1 });
const loans = foreignTopic(`loans-${run}`, {
  from: 'latest',
  create: { partitions: 1 },
  read: (record) => ({ message: Lent, fields: { title: record.text() }, id: record.key ?? undefined }),
});

@Message({ type: 'book.bought', topic: books, key: 'title' })
class Bought {
  @IsString() readonly title!: string;
}
@Message({ type: 'book.lost', topic: books, key: 'title' })
class Lost {
  @IsString() readonly title!: string;
}
@Message({ type: 'book.lent', topic: loans })
class Lent {
  @IsString() readonly title!: string;
}

const note = ({ manager }: TransactionContext, text: string): Promise<unknown> =>
  manager.query('insert into notes values ($1)', [text]);

class BoughtHandler {
  @Handles(Bought)
  async bought({ title }: Bought, context: TransactionContext): Promise<void> {
    await note(context, `bought ${title}`);
  }
  @Handles(Lent)
  async lent({ title }: Lent, context: TransactionContext): Promise<void> {
    await note(context, `lent ${title}`);
  }
}
class LostHandler {
  @Handles(Lost)
  async lost({ title }: Lost, context: TransactionContext): Promise<void> {
    await note(context, `lost ${title}`);
  }
}

describe('a service whose next version handles more', () => {
  let kafka: KafkaClient;
  let database: FreshDatabase;
  let dataSource: DataSource;
  let running: MessagingRuntime | undefined;
  const log: string[] = [];
  const environment = () => ({
    store: new PostgresStore(dataSource),
    kafka,
    ports: systemPorts,
    log: (_level: string, message: string) => void log.push(message),
    onFatal: (error: Error): never => {
      throw error;
    },
  });
  const version = (classes: MessageClass[], ...controllers: object[]): MessagingRuntime => {
    const options = { service, contracts: new MessageRegistry(classes), lockOrder: [] };
    const runtime = new MessagingRuntime(options, environment(), () => []);
    for (const controller of controllers) runtime.addController(controller);
    return runtime;
  };
  const first = () => version([Bought, Lent], new BoughtHandler());
  const second = () => version([Bought, Lent, Lost], new BoughtHandler(), new LostHandler());
  const start = (runtime: MessagingRuntime): void => {
    running = runtime;
    running.transport.listen(() => undefined);
  };
  const send = async (on: string, key: string, value: string, headers: Record<string, string> = {}): Promise<void> => {
    const publisher = await kafka.publisher();
    await publisher.publish([{ topic: on, partition: 0, key, value, headers }]);
    await publisher.close();
  };
  const event = (type: string, title: string): Promise<void> =>
    send(books.name, title, JSON.stringify({ title }), {
      ce_id: randomUUID(),
      ce_type: type,
      ce_schemaversion: '1',
      ce_source: '/library',
      ce_sequence: '1',
    });
  const notes = async (): Promise<string[]> =>
    (await dataSource.query<{ text: string }[]>('select text from notes order by text')).map(({ text }) => text);
  const skippedTypes = () => environment().store.skippedTypes(service);
  const replay = (runtime: MessagingRuntime, request: Partial<ReplayRequest> = {}): Promise<ReplayReport> =>
    new Replay(
      runtime,
      runtime.options,
      { ...environment(), replays: new PostgresReplayStore(dataSource) },
      { consumer: service, from: 'beginning', noThrottle: true, ...request },
      { reason: 'skipped before' },
    ).run();

  beforeAll(async () => {
    kafka = kafkaClient({ brokers: process.env['TEST_KAFKA_BROKERS']!.split(','), clientId: 'test' });
    await kafka.provision([books, loans]);
    await send(loans.name, 'loan 1', 'before the service');
    database = await freshDatabase();
    dataSource = new DataSource({ type: 'postgres', url: database.url, migrations: messagingMigrations });
    await dataSource.initialize();
    await dataSource.runMigrations();
    await dataSource.query('create table notes (text text not null)');
  }, 60_000);
  afterEach(async () => {
    await running?.stopConsuming();
    await running?.stop();
    running = undefined;
  });
  afterAll(async () => {
    await kafka?.close();
    await dataSource?.destroy();
    await database?.drop();
  });

  it('skips events of a type that it does not know, counts and names them', async () => {
    start(first());
    await event('book.lost', 'Emma');
    await event('book.lost', 'Dracula');
    await event('book.bought', 'Emma');
    await eventually(async () => (await notes()).includes('bought Emma'));
    const transport = running!.transport;
    expect(transport.groups.map(({ unknown }) => [...unknown])).toEqual([[[books.name, 2]]]);
    expect(transport.problems).toEqual([
      `consumer ${service}: skipped 2 messages of unknown types: book.lost (${books.name})`,
    ]);
    expect(await skippedTypes()).toEqual([{ topic: books.name, type: 'book.lost' }]);
  });

  it('names what it has missed when it knows the type, with the command that handles it', async () => {
    start(second());
    const command = `tradewind replay --consumer ${service} --from beginning --type book.lost`;
    const problem = `consumer ${service}: skipped book.lost (${books.name}) before it handled them. When every instance handles them, run "${command}"`;
    await eventually(() => log.includes(problem));
    await eventually(() => running!.transport.problems.includes(problem));
    await event('book.lost', 'Persuasion');
    await eventually(async () => (await notes()).includes('lost Persuasion'));
    expect(await notes()).not.toContain('lost Emma');
  });

  it('handles them once by that command, and names them no more', async () => {
    const { counts } = await replay(second(), { types: ['book.lost'] });
    expect(counts).toEqual({ 'handled book.lost': 2, known: 1 });
    expect(await notes()).toEqual(['bought Emma', 'lost Dracula', 'lost Emma', 'lost Persuasion']);
    expect(await skippedTypes()).toEqual([]);
  });

  it('replays a foreign topic, but not from before the start of its consumer', async () => {
    start(second());
    await send(loans.name, 'loan 2', 'Emma');
    await eventually(async () => (await notes()).includes('lent Emma'));
    await eventually(async () =>
      (await kafka.committedOffsets(service, [loans.name])).some(({ offset }) => offset === 2n),
    );
    await dataSource.query(`delete from msg_inbox where ordering_key like '%loan 2'; delete from notes`);
    const { counts } = await replay(second());
    expect([counts['handled book.lent'], await notes()]).toEqual([1, ['lent Emma']]);
    expect((await replay(second(), { types: ['book.lent'] })).counts).toEqual({ known: 1 });
  });
});
