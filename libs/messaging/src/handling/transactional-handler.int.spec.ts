import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Injectable, Module, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Poison } from '@tradewind/kernel';
import { eventually } from '@tradewind/testing';
import { IsInt, IsString } from 'class-validator';
import { Column, DataSource, Entity, MoreThan, PrimaryColumn } from 'typeorm';
import { freshDatabase, type FreshDatabase } from '../../../../tools/platform/postgres/fresh-database.js';
import {
  Handles,
  insert,
  kafkaClient,
  KafkaTransport,
  Message,
  MessagingModule,
  messagingMigrations,
  Outbox,
  table,
  topic,
  type Decision,
  type Effect,
  type KafkaClient,
  type TransactionContext,
} from '../index.js';

const run = randomUUID().slice(0, 8);
const events = topic(`shipments-${run}.events`, { owner: 'vans', partitions: 2 });
const deadLetters = topic(`vans-${run}.dlq`, { owner: 'vans', partitions: 1 });

@Message({ type: 'shipment.created', topic: events, key: 'shipmentId' })
class ShipmentCreated {
  @IsString() readonly shipmentId!: string;
  /** What its handler does: `assign`, or one of the faults below. */
  @IsString() readonly what!: string;
}

@Message({ type: 'van.assigned', topic: events, key: 'shipmentId' })
class VanAssigned {
  @IsString() readonly shipmentId!: string;
  @IsInt() readonly vanId!: number;
}

@Entity('vans')
class Van {
  @PrimaryColumn('int', { name: 'van_id' }) vanId!: number;
  @Column('int') free!: number;
}

interface Call {
  readonly callId: string;
  readonly text: string;
}
const Calls = table<Call>('calls', 'callId', { callId: 'uuid', text: 'text' });

@Injectable()
class CallDriver implements Effect<{ text: string }, string> {
  readonly name = 'call driver';
  run({ text }: { text: string }): Promise<string> {
    return Promise.resolve(text);
  }
  settle(_payload: object, text: string, { newId }: { readonly newId: () => string }): Decision {
    return insert(Calls, { callId: newId(), text });
  }
}

let escaped: TransactionContext;

@Controller()
class AssignVanHandler {
  constructor(private readonly outbox: Outbox) {}

  @Handles(ShipmentCreated)
  async assign({ shipmentId, what }: ShipmentCreated, context: TransactionContext): Promise<void> {
    const { manager, publish, schedule } = context;
    escaped = context;
    const vans = manager.getRepository(Van);
    const van = await vans.findOneOrFail({ where: { free: MoreThan(0) }, lock: { mode: 'pessimistic_write' } });
    await manager.update(Van, van.vanId, { free: van.free - 1 });
    if (what === 'poison') throw new Poison('no driver');
    if (what === 'swallow') await vans.insert({ vanId: van.vanId, free: 1 }).catch(() => undefined);
    if (what === 'nested') await rolledBackTransaction(context, van.vanId);
    if (what === 'invalid') publish(VanAssigned, { shipmentId, vanId: 1.5 });
    if (what === 'own outbox') return this.outbox.publish(manager, VanAssigned, { shipmentId, vanId: van.vanId });
    if (what === 'call') schedule('call driver', shipmentId, { text: shipmentId });
    publish(VanAssigned, { shipmentId, vanId: van.vanId });
  }

  @Handles(VanAssigned)
  assigned(): void {
    return undefined;
  }
}

const rolledBackTransaction = ({ manager }: TransactionContext, vanId: number): Promise<unknown> =>
  manager
    .transaction(async (nested) => {
      await nested.update(Van, vanId, { free: 0 });
      throw new Error('undone');
    })
    .catch(() => undefined);

describe('a transactional handler', () => {
  let database: FreshDatabase;
  let dataSource: DataSource;
  let kafka: KafkaClient;
  let app: INestApplicationContext & { close(): Promise<void> };
  const brokers = process.env['TEST_KAFKA_BROKERS']!.split(',');

  beforeAll(async () => {
    database = await freshDatabase();
    kafka = kafkaClient({ brokers, clientId: 'test' });
    await kafka.provision([events, deadLetters]);
    dataSource = await new DataSource({
      type: 'postgres',
      url: database.url,
      migrations: messagingMigrations,
      entities: [Van],
    }).initialize();
    await dataSource.runMigrations();
    await dataSource.query('create table vans (van_id int primary key, free int not null check (free >= 0))');
    await dataSource.query('create table calls (call_id uuid primary key, text text not null)');
    const messaging = [
      MessagingModule.forRoot({
        service: `vans-${run}`,
        kafka: { brokers, clientId: 'vans' },
        dataSource,
        deadLetters,
        log: () => undefined,
      }),
      MessagingModule.forFeature({ messages: [ShipmentCreated, VanAssigned], tables: [Calls], effects: [CallDriver] }),
    ];
    @Module({ imports: messaging, controllers: [AssignVanHandler], providers: [CallDriver] })
    class VansModule {}
    const nest = await NestFactory.create(VansModule, { logger: false });
    nest.connectMicroservice({ strategy: nest.get(KafkaTransport) }, { inheritAppConfig: true });
    await nest.init();
    await nest.startAllMicroservices();
    app = nest;
  }, 60_000);
  afterAll(async () => {
    await app.close();
    await dataSource.destroy();
    await kafka.close();
    await database.drop();
  });
  beforeEach(() => dataSource.query('delete from vans; insert into vans values (1, 1000)'));

  const publishShipments = (...shipments: [shipmentId: string, what?: string][]): Promise<void> => {
    const outbox = app.get(Outbox);
    return outbox.transaction(dataSource.manager, async (manager) => {
      for (const [shipmentId, what = 'assign'] of shipments)
        await outbox.publish(manager, ShipmentCreated, { shipmentId, what });
    });
  };
  const assigned = async (): Promise<string[]> =>
    (
      await dataSource.query<{ key: string }[]>(
        `select key from msg_outbox_archive where type = 'van.assigned' order by position`,
      )
    ).map(({ key }) => key);
  const taken = async (): Promise<number> => 1_000 - (await dataSource.manager.findOneByOrFail(Van, { vanId: 1 })).free;
  const blocked = (key: string): Promise<string> =>
    eventually(
      async () =>
        (await dataSource.query<{ detail: string }[]>('select detail from msg_blocked_keys where key = $1', [key]))[0]
          ?.detail,
    );

  it('writes, publishes and is marked in one transaction, once for each message', async () => {
    const shipments = Array.from({ length: 100 }, (_, index): [string] => [`many-${index}`]);
    await publishShipments(...shipments);
    await eventually(async () => (await assigned()).filter((key) => key.startsWith('many')).length === 100);
    expect(await taken()).toBe(100);
    expect(new Set(await assigned()).size).toBe((await assigned()).length);
  });

  it('handles a message that arrives again only once', async () => {
    await publishShipments(['again']);
    const row = await eventually(
      async () =>
        (
          await dataSource.query<{ id: string; payload: string; partition: number }[]>(
            `select * from msg_outbox_archive where key = 'again' and type = 'shipment.created'`,
          )
        )[0],
    );
    const publisher = await kafka.publisher();
    await publisher.publish([
      {
        topic: events.name,
        partition: row.partition,
        key: 'again',
        value: row.payload,
        headers: {
          ce_id: row.id,
          ce_type: 'shipment.created',
          ce_schemaversion: '1',
          ce_source: '/x',
          ce_sequence: '1',
        },
      },
    ]);
    await publisher.close();
    await publishShipments(['again']);
    await eventually(async () => (await assigned()).filter((key) => key === 'again').length === 2);
    expect(await taken()).toBe(2);
  });

  it('undoes everything of a message that fails, and nothing of the others in its transaction', async () => {
    await publishShipments(['good-1'], ['bad', 'poison'], ['bad'], ['good-2']);
    expect(await blocked('bad')).toContain('no driver');
    await eventually(async () => (await taken()) === 2);
    expect((await assigned()).filter((key) => ['good-1', 'good-2', 'bad'].includes(key)).sort()).toEqual([
      'good-1',
      'good-2',
    ]);
  });

  it('fails when it ignores an error of the database, because nothing of it could be committed', async () => {
    await publishShipments(['swallowing', 'swallow'], ['beside']);
    expect(await blocked('swallowing')).toContain('current transaction is aborted');
    await eventually(async () => (await assigned()).includes('beside'));
    expect(await taken()).toBe(1);
  });

  it('fails with an invalid message, and its writes are undone', async () => {
    await publishShipments(['invalid', 'invalid']);
    expect(await blocked('invalid')).toContain('vanId');
    expect(await taken()).toBe(0);
  });

  it('can undo a part of its own work', async () => {
    await publishShipments(['nested', 'nested']);
    await eventually(async () => (await assigned()).includes('nested'));
    expect(await taken()).toBe(1);
  });

  it('can publish with the outbox and schedule effects', async () => {
    await publishShipments(['outbox', 'own outbox'], ['driver', 'call']);
    await eventually(async () => (await assigned()).includes('outbox'));
    expect(await eventually(async () => (await dataSource.query<Call[]>('select text from calls'))[0])).toEqual({
      text: 'driver',
    });
  });

  it('cannot be continued after it has returned', async () => {
    await publishShipments(['escape']);
    await eventually(async () => (await assigned()).includes('escape'));
    await expect(escaped.manager.update(Van, 1, { free: 0 })).rejects.toThrow('released');
    expect(() => escaped.publish(VanAssigned, { shipmentId: 'x', vanId: 1 })).toThrow('after the handler returned');
  });
});
