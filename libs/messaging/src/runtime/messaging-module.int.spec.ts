import 'reflect-metadata';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Inject, Module, type DynamicModule, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventPattern } from '@nestjs/microservices';
import { eventually } from '@tradewind/testing';
import { IsString } from 'class-validator';
import { DataSource } from 'typeorm';
import { freshDatabase, type FreshDatabase } from '../../../../tools/platform/postgres/fresh-database.js';
import {
  Handles,
  kafkaClient,
  KafkaTransport,
  Message,
  MessagingModule,
  messagingMigrations,
  messagingToken,
  Outbox,
  topic,
  type TransactionContext,
} from '../index.js';

const run = randomUUID().slice(0, 8);
const invoices = topic(`invoices-${run}.events`, { owner: `billing-${run}`, partitions: 1 });

@Message({ type: 'invoice.sent', topic: invoices, key: 'invoiceId' })
class InvoiceSent {
  @IsString() readonly invoiceId!: string;
}

const note = ({ manager }: TransactionContext, text: string): Promise<unknown> =>
  manager.query('insert into notes values ($1)', [text]);

@Controller()
class BillingHandler {
  constructor(@Inject(messagingToken(Outbox, 'billing')) readonly outbox: Outbox) {}

  @Handles(InvoiceSent, { messaging: 'billing' })
  async sent({ invoiceId }: InvoiceSent, context: TransactionContext): Promise<void> {
    await note(context, `billing ${invoiceId}`);
  }
}

@Controller()
class ShippingHandler {
  @Handles(InvoiceSent)
  async sent({ invoiceId }: InvoiceSent, context: TransactionContext): Promise<void> {
    await note(context, `shipping ${invoiceId}`);
  }
}

@Controller()
class UntaggedHandler {
  @EventPattern('invoice.sent')
  sent(_: unknown): void {
    return undefined;
  }
}

describe('an application with messaging', () => {
  const brokers = process.env['TEST_KAFKA_BROKERS']!.split(',');
  const databases: FreshDatabase[] = [];
  const dataSources: DataSource[] = [];
  const apps: INestApplication[] = [];
  const open = async (): Promise<DataSource> => {
    const database = await freshDatabase();
    databases.push(database);
    const dataSource = new DataSource({ type: 'postgres', url: database.url, migrations: messagingMigrations });
    dataSources.push(await dataSource.initialize());
    await dataSource.runMigrations();
    await dataSource.query('create table notes (text text not null)');
    return dataSource;
  };
  const create = async (imports: DynamicModule[], controllers: (new (...args: never[]) => object)[]) => {
    @Module({ imports, controllers })
    class App {}
    const app = await NestFactory.create(App, { logger: false, abortOnError: false });
    apps.push(app);
    return app;
  };
  const root = (dataSource: DataSource, service: string, name?: string): DynamicModule =>
    MessagingModule.forRoot({
      ...(name === undefined ? {} : { name }),
      service,
      kafka: { brokers, clientId: service },
      dataSource,
      log: () => undefined,
      onFatal: (error) => {
        throw error;
      },
    });
  const start = async (app: INestApplication, ...names: (string | undefined)[]): Promise<void> => {
    for (const name of names)
      app.connectMicroservice({ strategy: app.get<KafkaTransport>(messagingToken(KafkaTransport, name)) });
    await app.init();
    await app.startAllMicroservices();
  };

  beforeAll(async () => {
    const kafka = kafkaClient({ brokers, clientId: 'test' });
    await kafka.provision([invoices]);
    await kafka.close();
    await Promise.all([open(), open()]);
  }, 60_000);
  afterEach(async () => {
    for (const app of apps.splice(0)) await app.close();
  });
  afterAll(async () => {
    for (const dataSource of dataSources) await dataSource.destroy();
    for (const database of databases) await database.drop();
  });

  it('keeps two databases apart when each has a name, and stores in each what its service is', async () => {
    const [billing, shipping] = dataSources as [DataSource, DataSource];
    const feature = { messages: [InvoiceSent] };
    const app = await create(
      [
        root(billing, `billing-${run}`, 'billing'),
        MessagingModule.forFeature({ ...feature, name: 'billing' }),
        root(shipping, `shipping-${run}`),
        MessagingModule.forFeature(feature),
      ],
      [BillingHandler, ShippingHandler],
    );
    await start(app, 'billing', undefined);
    const { outbox } = app.get(BillingHandler);
    await outbox.transaction(billing.manager, (manager) => outbox.publish(manager, InvoiceSent, { invoiceId: 'i1' }));
    const notes = (dataSource: DataSource): Promise<unknown[]> =>
      eventually(async () => {
        const rows = await dataSource.query<unknown[]>('select text from notes');
        return rows.length > 0 && rows;
      });
    expect(await Promise.all([billing, shipping].map(notes))).toEqual([
      [{ text: 'billing i1' }],
      [{ text: 'shipping i1' }],
    ]);
    const described = (dataSource: DataSource): Promise<unknown[]> =>
      eventually(async () => {
        const rows = await dataSource.query<unknown[]>(
          `select c->>'group' as "group", c#>>'{handles,0,type}' as handles from msg_descriptions, jsonb_array_elements(description->'consumers') as c`,
        );
        return rows.length > 0 && rows;
      });
    expect(await Promise.all([billing, shipping].map(described))).toEqual([
      [{ group: `billing-${run}`, handles: 'invoice.sent' }],
      [{ group: `shipping-${run}`, handles: 'invoice.sent' }],
    ]);
  });

  it('does not start with two modules of the same name, of which one would never consume', async () => {
    const [one, two] = dataSources as [DataSource, DataSource];
    await expect(create([root(one, 'one'), root(two, 'two')], [])).rejects.toThrow(
      'MessagingModule.forRoot was imported 2 times without a name',
    );
  });

  it.each([
    ['service', { service: 'my service' }, 'the setting service must be a name'],
    ['brokers', { kafka: { brokers: ['localhost'], clientId: 'x' } }, 'kafka.brokers must be a list of host:port'],
    ['data source', { dataSource: new DataSource({ type: 'postgres' }) }, 'the setting dataSource is not initialised'],
  ])('does not start with a wrong %s', async (_, wrong, text) => {
    const settings = { service: 'right', kafka: { brokers, clientId: 'x' }, dataSource: dataSources[0]!, ...wrong };
    await expect(create([MessagingModule.forRoot(settings)], [])).rejects.toThrow(text);
  });

  it('names the handler that belongs to no transport, and the remedy', async () => {
    const app = await create(
      [root(dataSources[0]!, 'untagged'), MessagingModule.forFeature({ messages: [InvoiceSent] })],
      [UntaggedHandler],
    );
    await expect(start(app, undefined)).rejects.toThrow(`@EventPattern("invoice.sent", Transport.KAFKA)`);
  });

  it.each([
    ['with shutdown hooks, the whole application', 'app.enableShutdownHooks();', 'closed\n'],
    ['without them, the library', '', 'stopped\n'],
  ])('shuts down after a fatal error before it exits with code 1: %s', async (_, hooks, printed) => {
    const program = `
      import 'reflect-metadata';
      import { Module } from '@nestjs/common';
      import { NestFactory } from '@nestjs/core';
      import { shutDown } from '${new URL('../../dist/runtime/shut-down.js', import.meta.url).pathname}';
      class App { onApplicationShutdown() { console.log('closed'); } }
      Module({})(App);
      const app = await NestFactory.createApplicationContext(App, { logger: false });
      ${hooks}
      setInterval(() => undefined, 1_000);
      shutDown(async () => console.log('stopped'));`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number];
    expect([code, output]).toEqual([1, printed]);
  });
});
