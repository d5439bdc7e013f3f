import 'reflect-metadata';
import { ValidationPipe, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { DataSource } from 'typeorm';
import { setting } from '../../ground/connections.js';
import { endWith, ready } from '../../ground/service-life.js';
import { server } from './kafka.js';

/** A service that hears events, and answers HTTP where it has a port. */
export async function runApp(module: new () => object, name: string): Promise<INestApplication> {
  const app = await NestFactory.create(module, { logger: ['error', 'warn'] });
  app.useGlobalPipes(new ValidationPipe({ transform: true, whitelist: true }));
  app.connectMicroservice(server(name), { inheritAppConfig: true });
  await app.startAllMicroservices();
  await app.listen(Number(setting('PORT')), '127.0.0.1');
  endWith(async () => {
    await app.close();
    await app.get(DataSource).destroy();
  });
  ready();
  return app;
}
