import 'reflect-metadata';
import { Controller, Inject, type INestApplication, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  ClientsModule,
  EventPattern,
  Payload,
  Transport,
  type ClientKafka,
  type KafkaOptions,
} from '@nestjs/microservices';
import { lastValueFrom } from 'rxjs';
import { DataSource } from 'typeorm';
import { applyTransfer, storeTransfer, type TransferMade } from '../job.js';
import type { Contender, Place } from './contender.js';

/* Nest's own Kafka transport: a service saves in a transaction of TypeORM, then emits and waits until the broker has the event. */

const kafka = 'KAFKA';

function handlerOf({ transfers, balances }: Place): Type {
  @Controller()
  class TransferHandler {
    constructor(
      private readonly dataSource: DataSource,
      @Inject(kafka) private readonly client: ClientKafka,
    ) {}

    @EventPattern(transfers)
    async apply(@Payload() event: object): Promise<void> {
      const value = await this.dataSource.transaction((manager) =>
        applyTransfer((text, values) => manager.query(text, values), event as TransferMade),
      );
      await lastValueFrom(this.client.emit(balances, { key: value.account, value }));
    }
  }
  return TransferHandler;
}

async function open(place: Place, url: string, controllers: Type[] = []): Promise<INestApplication> {
  const client = { clientId: place.name, brokers: [...place.brokers] };
  const transport = Transport.KAFKA as const;
  class ServiceModule {}
  const dataSource = {
    provide: DataSource,
    useFactory: () => new DataSource({ type: 'postgres', url, poolSize: 10 }).initialize(),
  };
  const app = await NestFactory.create(
    {
      module: ServiceModule,
      imports: [ClientsModule.register([{ name: kafka, transport, options: { client, producerOnlyMode: true } }])],
      providers: [dataSource],
      controllers,
    },
    { logger: ['error', 'warn'] },
  );
  const options: KafkaOptions = {
    transport,
    options: { client, consumer: { groupId: place.name }, subscribe: { fromBeginning: true } },
  };
  if (controllers.length > 0) app.connectMicroservice(options);
  await app.init();
  await app.startAllMicroservices();
  return app;
}

const closing = (app: INestApplication) => async (): Promise<void> => {
  await app.close();
  await app.get(DataSource).destroy();
};

export const contender: Contender = {
  prepare: () => Promise.resolve(),
  async startProducer(place) {
    const app = await open(place, place.producerUrl);
    const client = app.get<ClientKafka>(kafka);
    const dataSource = app.get(DataSource);
    await client.connect();
    return {
      close: closing(app),
      async transfer(request) {
        const events: TransferMade[] = [];
        await dataSource.transaction((manager) =>
          storeTransfer(
            (text, values) => manager.query(text, values),
            request,
            (event) => {
              events.push(event);
              return Promise.resolve();
            },
          ),
        );
        for (const value of events) await lastValueFrom(client.emit(place.transfers, { key: value.account, value }));
      },
    };
  },
  startConsumer: async (place) => ({ close: closing(await open(place, place.consumerUrl, [handlerOf(place)])) }),
  groupOf: ({ name }) => `${name}-server`,
};
