import 'reflect-metadata';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Injectable, Module, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Poison } from '@tradewind/kernel';
import {
  Handles,
  kafkaClient,
  KafkaTransport,
  Message,
  MessagingModule,
  messagingMigrations,
  Outbox,
  topic,
  type TransactionContext,
} from '@tradewind/messaging';
import { eventually } from '@tradewind/testing';
import { IsString } from 'class-validator';
import { DataSource } from 'typeorm';
import { freshDatabase, type FreshDatabase } from '../../../../tools/platform/postgres/fresh-database.js';
import { DeadLetters, EffectOperations, OperationsModule, Replays, SagaOperations } from '../index.js';

const run = randomUUID().slice(0, 8);
const service = `greetings-${run}`;
const events = topic(`greetings-${run}.events`, { owner: service, partitions: 1 });
const deadLetters = topic(`greetings-${run}.dlq`, { owner: service, partitions: 1 });

@Message({ type: 'guest.came', topic: events, key: 'guestId' })
class GuestCame {
  @IsString() readonly guestId!: string;
}

@Injectable()
class Greeter {
  isClosed = false;
  greet(guestId: string): string {
    if (this.isClosed) throw new Poison('closed');
    return `good day, ${guestId}`;
  }
}

@Controller()
class GuestHandler {
  constructor(private readonly greeter: Greeter) {}

  @Handles(GuestCame)
  async came({ guestId }: GuestCame, { manager }: TransactionContext): Promise<void> {
    await manager.query('insert into greetings values ($1)', [this.greeter.greet(guestId)]);
  }
}

describe('a service with OperationsModule', () => {
  const brokers = process.env['TEST_KAFKA_BROKERS']!.split(',');
  let database: FreshDatabase;
  let dataSource: DataSource;
  let app: INestApplication;

  const publish = (...guests: string[]): Promise<void> => {
    const outbox = app.get(Outbox);
    return outbox.transaction(dataSource.manager, async (manager) => {
      for (const guestId of guests) await outbox.publish(manager, GuestCame, { guestId });
    });
  };
  const greetings = async (): Promise<string[]> =>
    (await dataSource.query<{ text: string }[]>('select text from greetings order by 1')).map(({ text }) => text);
  /** As after the loss of rows and inbox marks. */
  const forget = (): Promise<unknown> => dataSource.query('delete from greetings; delete from msg_inbox');

  beforeAll(async () => {
    database = await freshDatabase();
    const kafka = kafkaClient({ brokers, clientId: 'test' });
    await kafka.provision([events, deadLetters]);
    await kafka.close();
    dataSource = await new DataSource({
      type: 'postgres',
      url: database.url,
      migrations: messagingMigrations,
    }).initialize();
    await dataSource.runMigrations();
    await dataSource.query('create table greetings (text text not null)');
    @Module({
      imports: [
        MessagingModule.forRoot({
          service,
          kafka: { brokers, clientId: service },
          dataSource,
          deadLetters,
          log: () => undefined,
        }),
        MessagingModule.forFeature({ messages: [GuestCame] }),
        OperationsModule.forRoot(),
      ],
      controllers: [GuestHandler],
      providers: [Greeter],
    })
    class GreetingsModule {}
    app = await NestFactory.create(GreetingsModule, { logger: false, abortOnError: false });
    app.connectMicroservice({ strategy: app.get(KafkaTransport) });
    await app.init();
    await app.startAllMicroservices();
  }, 60_000);
  afterAll(async () => {
    await app.close();
    await dataSource.destroy();
    await database.drop();
  });

  it('redrives dead letters', async () => {
    const letters = app.get(DeadLetters);
    app.get(Greeter).isClosed = true;
    await publish('ada');
    const [key] = await eventually(async () => {
      const keys = await letters.list();
      return keys.length > 0 && keys;
    });
    expect(key).toMatchObject({ service, key: 'ada', detail: 'closed' });
    app.get(Greeter).isClosed = false;
    await letters.redrive(key!, 'it is open again');
    await eventually(async () => (await greetings()).includes('good day, ada'));
    await eventually(async () => (await letters.list()).length === 0);
  });

  it('has no saga and no effect that waits', async () => {
    expect([await app.get(SagaOperations).open(), await app.get(EffectOperations).pending()]).toEqual([[], []]);
  });

  it('replays with handlers that have what Nest injects', async () => {
    await publish('bob');
    await eventually(async () => (await greetings()).includes('good day, bob'));
    await forget();
    // A replay ends at the committed offsets of the group, which follow a moment after the transaction.
    await eventually(async () => {
      const request = { consumer: service, from: 'beginning', noThrottle: true } as const;
      expect(await app.get(Replays).run(request, { reason: 'a test' })).toMatchObject({ state: 'done', failed: [] });
      return (await greetings()).length === 2;
    });
    expect(await greetings()).toEqual(['good day, ada', 'good day, bob']);
    expect(await app.get(Replays).list()).toContainEqual(
      expect.objectContaining({ consumer: service, state: 'done', reason: 'a test' }),
    );
  });

  it('is replayed by the packaged command with the program of the service', async () => {
    await forget();
    const cache = new URL('../../../../.cache/', import.meta.url).pathname;
    mkdirSync(cache, { recursive: true });
    const program = `${cache}operate-${run}.mjs`;
    writeFileSync(program, operateProgram);
    const tradewind = new URL('../../dist/cli/main.js', import.meta.url).pathname;
    const { stdout } = await promisify(execFile)(process.execPath, [
      tradewind,
      ...['replay', '--consumer', service, '--database', `${service}=${database.url}`],
      ...['--program', `${service}=${program}`, '--brokers', brokers.join(), '--no-throttle'],
      ...['--reason', 'a test', '--yes', '--json'],
    ]).finally(() => rmSync(program));
    expect(JSON.parse(stdout)).toMatchObject({ state: 'done', counts: { 'handled guest.came': 2 } });
    expect(await greetings()).toEqual(['hello again, ada', 'hello again, bob']);
  });
});

/** The program of the service that the command runs: its module, in JavaScript. */
const operateProgram = `
import 'reflect-metadata';
import { Controller, Inject, Module } from '@nestjs/common';
import { Handles, Message, MessagingModule, topic } from '@tradewind/messaging';
import { operate } from '@tradewind/operations';
import { IsString } from 'class-validator';
import { DataSource } from 'typeorm';
const events = topic('${events.name}', { owner: '${service}', partitions: 1 });
class GuestCame {}
IsString()(GuestCame.prototype, 'guestId');
Message({ type: 'guest.came', topic: events, key: 'guestId' })(GuestCame);
class Handler {
  constructor(greeting) { this.greeting = greeting; }
  async came({ guestId }, { manager }) {
    await manager.query('insert into greetings values ($1)', [this.greeting + guestId]);
  }
}
const method = Object.getOwnPropertyDescriptor(Handler.prototype, 'came');
Handles(GuestCame)(Handler.prototype, 'came', method);
Object.defineProperty(Handler.prototype, 'came', method);
Controller()(Handler);
Inject('greeting')(Handler, undefined, 0);
const dataSource = await new DataSource({ type: 'postgres', url: process.env.DATABASE_URL }).initialize();
class App {
  async onApplicationShutdown() { await dataSource.destroy(); }
}
Module({
  imports: [
    MessagingModule.forRoot({ service: '${service}', kafka: { brokers: process.env.KAFKA_BROKERS.split(','), clientId: 'operate' }, dataSource }),
    MessagingModule.forFeature({ messages: [GuestCame] }),
  ],
  controllers: [Handler],
  providers: [{ provide: 'greeting', useValue: 'hello again, ' }],
})(App);
await operate(App);
`;
