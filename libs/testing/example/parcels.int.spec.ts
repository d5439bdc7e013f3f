import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Controller, Get, Module, Param } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  Handles,
  KafkaTransport,
  Message,
  MessagingModule,
  messagingMigrations,
  publish,
  rows,
  save,
  table,
  topic,
  type Decision,
  type HandlerContext,
} from '@tradewind/messaging';
import { MessageRegistry } from '@tradewind/messaging/message';
import { startServiceHarness, type ServiceHarness, type StartedService } from '@tradewind/testing/service';
import { IsInt, IsString } from 'class-validator';
import { DataSource } from 'typeorm';
import { freshDatabase } from '../../../tools/platform/postgres/fresh-database.js';

const run = randomUUID().slice(0, 8);
const topics = {
  shop: topic(`shop-${run}.events`, { owner: 'shop', partitions: 2 }),
  parcels: topic(`parcels-${run}.events`, { owner: 'parcels', partitions: 2 }),
};

@Message({ type: 'order.packed', topic: topics.shop, key: 'orderId' })
class OrderPacked {
  @IsString() readonly orderId!: string;
  @IsInt() readonly grams!: number;
}

@Message({ type: 'parcel.weighed', topic: topics.parcels, key: 'orderId' })
class ParcelWeighed {
  @IsString() readonly orderId!: string;
  @IsInt() readonly grams!: number;
}

interface Parcel {
  readonly orderId: string;
  readonly grams: number;
}
const Parcels = table<Parcel>('parcels', 'orderId', { orderId: 'text', grams: 'int4' });
const load = { parcels: rows(Parcels, ({ orderId }: OrderPacked) => [orderId]) };

@Controller('parcels')
class ParcelsController {
  constructor(private readonly dataSource: DataSource) {}

  @Handles(OrderPacked, { load })
  weigh(parcel: OrderPacked, { parcels }: HandlerContext<typeof load>): Decision {
    const grams = (parcels.get(parcel.orderId)?.grams ?? 0) + parcel.grams;
    const orderId = parcel.orderId;
    return save(Parcels, { orderId, grams }).and(publish(ParcelWeighed, { orderId, grams }));
  }

  @Get(':orderId')
  find(@Param('orderId') orderId: string): Promise<object[]> {
    return this.dataSource.query('select grams from parcels where order_id = $1', [orderId]);
  }
}

const messages = [OrderPacked, ParcelWeighed];

// What a service of yours does at its start
async function startParcels(environment: Readonly<Record<string, string>>): Promise<StartedService> {
  const dataSource = await new DataSource({
    type: 'postgres',
    url: environment['DATABASE_URL']!,
    migrations: messagingMigrations,
  }).initialize();
  await dataSource.runMigrations();
  await dataSource.query('create table if not exists parcels (order_id text primary key, grams int not null)');

  const kafka = { brokers: environment['KAFKA_BROKERS']!.split(','), clientId: 'parcels' };
  @Module({
    imports: [
      MessagingModule.forRoot({ service: `parcels-${run}`, kafka, dataSource }),
      MessagingModule.forFeature({ messages, tables: [Parcels] }),
    ],
    providers: [{ provide: DataSource, useValue: dataSource }],
    controllers: [ParcelsController],
  })
  class ParcelsModule {}

  const app = await NestFactory.create(ParcelsModule, { logger: false });
  app.connectMicroservice({ strategy: app.get(KafkaTransport) }, { inheritAppConfig: true });
  await app.init();
  await app.startAllMicroservices();
  await app.listen(0, '127.0.0.1');
  return {
    app,
    url: await app.getUrl(),
    stop: async () => {
      await app.close();
      await dataSource.destroy();
    },
  };
}

let parcels: ServiceHarness;
beforeAll(async () => {
  parcels = await startServiceHarness({
    brokers: process.env['TEST_KAFKA_BROKERS']!.split(','),
    database: await freshDatabase(), // { url, drop }: a database of its own for this file
    contracts: new MessageRegistry(messages),
    topics: Object.values(topics),
    start: startParcels, // a function from the environment to { app, url, stop }
  });
}, 60_000);
afterAll(() => parcels.stop());

it('weighs a parcel', async () => {
  const orderId = randomUUID();
  await parcels.publish(OrderPacked, { orderId, grams: 200 }); // as another service publishes it
  const [weighed] = await parcels.waitForPublished({ topic: topics.parcels.name, key: orderId }, 1);
  expect(weighed!.message).toMatchObject({ orderId, grams: 200 });
  expect(await parcels.request('GET', `/parcels/${orderId}`)).toMatchObject({ status: 200, body: [{ grams: 200 }] });
});

it('publishes all that it knows', async () => {
  const weighed = (await parcels.published()).map(({ message }) => message as ParcelWeighed);
  const rows = new Map(weighed.map(({ orderId, grams }) => [orderId, { orderId, grams }]));
  await parcels.expectRecovered({ table: Parcels, rows });
});
