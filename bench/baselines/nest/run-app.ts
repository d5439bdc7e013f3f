import 'reflect-metadata';
import { ValidationPipe, type DynamicModule, type ModuleMetadata, type Provider } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { KafkaOptions } from '@nestjs/microservices';
import { DataSource } from 'typeorm';
import { onStop, ready, setting } from '../../environment/program.js';
import type { ServiceName } from '../start-services.js';
import { OrderEntity, PaymentEntity, PriceEntity, ProductEntity, ReservationEntity } from './entities.js';
import { OrdersService, PaymentsService, StockService } from './services.js';

/** The database of a service; TypeORM creates the tables. */
const database = (...entities: (new () => object)[]): Provider => ({
  provide: DataSource,
  useFactory: () =>
    new DataSource({
      type: 'postgres',
      url: setting('DATABASE_URL'),
      entities,
      synchronize: true,
      poolSize: 10,
    }).initialize(),
});

const providers: Readonly<Record<ServiceName, () => Provider[]>> = {
  order: () => [database(OrderEntity, PriceEntity), OrdersService],
  product: () => [database(ProductEntity, ReservationEntity), StockService],
  payment: () => [database(PaymentEntity), PaymentsService],
};

class ServiceModule {}

/** Runs the service of this process over HTTP, and as a Kafka microservice if there are options for it. */
export async function runApp(
  services: Readonly<Record<ServiceName, ModuleMetadata>>,
  kafka?: KafkaOptions,
): Promise<void> {
  const name = setting('SERVICE') as ServiceName;
  const own = services[name];
  const module: DynamicModule = {
    module: ServiceModule,
    ...own,
    providers: [...providers[name](), ...(own.providers ?? [])],
  };
  const app = await NestFactory.create(module, { logger: ['error', 'warn'] });
  app.useGlobalPipes(new ValidationPipe({ transform: true, whitelist: true }));
  if (kafka) app.connectMicroservice(kafka, { inheritAppConfig: true });
  if (kafka) await app.startAllMicroservices();
  await app.listen(Number(setting('PORT')), '127.0.0.1');
  onStop(async () => {
    await app.close();
    await app.get(DataSource).destroy();
  });
  ready();
}
