import type { DynamicModule, Type } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { NestFactory } from '@nestjs/core';
import type { ServiceConfig } from './config/index.js';

/** Starts a service and keeps it running until SIGTERM or SIGINT. The whole of a main.ts. */
export async function runService(module: Type | DynamicModule, config: ServiceConfig): Promise<void> {
  const app = await NestFactory.create<NestExpressApplication>(module);
  await app.listen(config.PORT, config.HOST);
}
