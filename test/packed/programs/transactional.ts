import 'reflect-metadata';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  Handles,
  kafkaClient,
  KafkaTransport,
  Message,
  MessagingModule,
  messagingMigrations,
  Outbox,
  tableOf,
  topic,
  type TransactionContext,
} from '@tradewind/messaging';
import { asyncApiOf } from '@tradewind/operations';
import { IsInt, IsString } from 'class-validator';
import { Column, DataSource, Entity, PrimaryColumn, VersionColumn } from 'typeorm';

const shipments = 60;
const depots = 3;
const service = process.env['SERVICE']!;
const topics = {
  shipments: topic(`${service}.shipments`, { owner: service, partitions: 3 }),
  vans: topic(`${service}.vans`, { owner: service, partitions: 3 }),
};

@Message({ type: 'shipment.created', topic: topics.shipments, key: 'depot' })
class ShipmentCreated {
  @IsString() readonly depot!: string;
  @IsInt() readonly number!: number;
}

@Message({ type: 'van.loaded', topic: topics.vans, key: 'depot' })
class VanLoaded {
  @IsString() readonly depot!: string;
  @IsInt() readonly load!: number;
}

@Entity('vans')
class Van {
  @PrimaryColumn('text') depot!: string;
  @Column('int') load!: number;
  @VersionColumn() version!: number;
}

@Entity('requests')
class Request {
  @PrimaryColumn('int') number!: number;
}

@Controller()
class VanHandler {
  /** Counts. A message that took effect twice would be counted twice. */
  @Handles(ShipmentCreated)
  async load({ depot }: ShipmentCreated, { manager, publish }: TransactionContext): Promise<void> {
    const vans = manager.getRepository(Van);
    const van = await vans.findOneOrFail({ where: { depot }, lock: { mode: 'pessimistic_write' } });
    van.load += 1;
    await vans.save(van);
    publish(VanLoaded, { depot, load: van.load });
  }
}

@Controller()
class LoadedHandler {
  /** Nothing to do: a consumer of its own, so that the transaction of the message is seen from its topic. */
  @Handles(VanLoaded, { consumer: 'loaded' })
  async loaded({ load, depot }: VanLoaded, { manager }: TransactionContext): Promise<void> {
    await manager.query('insert into loaded values ($1, $2)', [depot, load]);
    console.log(`loaded ${depot} ${load}`);
  }
}

/**
 * Requests shipments, each once, and loads vans with them. May be killed at any time and started again. Prints the vans, their table as
 * decisions would use it, how often each load was seen, and the operations of its AsyncAPI document.
 */
async function main(): Promise<void> {
  const brokers = process.env['KAFKA_BROKERS']!.split(',');
  const provisioner = kafkaClient({ brokers, clientId: 'provision' });
  await provisioner.provision(Object.values(topics));
  await provisioner.close();
  const dataSource = await new DataSource({
    type: 'postgres',
    url: process.env['DATABASE_URL']!,
    entities: [Van, Request],
    migrations: messagingMigrations,
  }).initialize();
  await dataSource.runMigrations();
  await dataSource.query(`
    create table if not exists vans (depot text primary key, load int not null, version int not null);
    create table if not exists requests (number int primary key);
    create table if not exists loaded (depot text, load int)`);
  await dataSource.query(
    `insert into vans select 'depot-' || n, 0, 1 from generate_series(0, ${depots - 1}) n on conflict do nothing`,
  );

  const messaging = MessagingModule.forRoot({ service, kafka: { brokers, clientId: service }, dataSource });
  const feature = MessagingModule.forFeature({ messages: [ShipmentCreated, VanLoaded] });
  @Module({ imports: [messaging, feature], controllers: [VanHandler, LoadedHandler] })
  class VansModule {}
  const app = await NestFactory.createMicroservice(VansModule, {
    inject: [KafkaTransport],
    useFactory: (strategy: KafkaTransport) => ({ strategy }),
    logger: ['warn', 'error'],
  });
  await app.listen();

  const outbox = app.get(Outbox);
  for (let number = 0; number < shipments; number++)
    await outbox.transaction(dataSource.manager, async (manager) => {
      const added = await manager.query<object[]>(
        'insert into requests values ($1) on conflict do nothing returning 1',
        [number],
      );
      if (added.length > 0)
        await outbox.publish(manager, ShipmentCreated, { depot: `depot-${number % depots}`, number });
    });

  for (let seen = 0; seen < shipments;) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    const [row] = await dataSource.query<{ seen: number }[]>('select count(*)::int as seen from loaded');
    seen = row!.seen;
  }
  const vans = await dataSource.getRepository(Van).find({ order: { depot: 'asc' } });
  const loaded = await dataSource.query<object[]>(
    'select depot, count(*)::int as loads, count(distinct load)::int as "distinct", max(load) as last from loaded group by 1 order by 1',
  );
  const document = asyncApiOf(app, { title: 'Vans', version: '1.0.0' });
  console.log(
    JSON.stringify({ vans, table: tableOf(Van).name, loaded, operations: Object.keys(document['operations']!) }),
  );
  await app.close();
  await dataSource.destroy();
}

void main();
