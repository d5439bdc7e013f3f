import 'reflect-metadata';
import { ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { DataSource } from 'typeorm';
import { setting } from '../../ground/connections.js';
import { endWith, ready } from '../../ground/service-life.js';

/** A service that answers HTTP. */
export async function runApp(module: new () => object): Promise<void> {
  const app = await NestFactory.create(module, { logger: ['error', 'warn'] });
  app.useGlobalPipes(new ValidationPipe({ transform: true, whitelist: true }));
  await app.listen(Number(setting('PORT')), '127.0.0.1');
  endWith(async () => {
    await app.close();
    await app.get(DataSource).destroy();
  });
  ready();
}
