import type { OpenAPIObject } from '@nestjs/swagger';
import { NestFactory } from '@nestjs/core';
import { documentOf } from '@tradewind/service/api-document';
import { rootKeys } from '../signing-root.js';
import { serviceParts } from '../services/index.js';

/** Nothing connects in a preview: only the form of the configuration counts. */
const config = {
  INSTANCE_ID: 'preview',
  LOG_LEVEL: 'silent',
  KAFKA_BROKERS: ['kafka:9092'],
  DATABASE_URL: 'postgres://role:password@database/database',
  ...rootKeys,
  DATA_KEY_SECRET: Buffer.alloc(32).toString('base64'),
};

/** The OpenAPI document of each service with routes, without a database or a broker. */
export async function serviceDocuments(): Promise<Record<string, OpenAPIObject>> {
  const documents: Record<string, OpenAPIObject> = {};
  for (const [service, { module, api }] of Object.entries(serviceParts)) {
    if (!api) continue;
    const app = await NestFactory.create(module.forRoot(config as never), { preview: true, logger: false });
    documents[service] = documentOf(app, service);
  }
  return documents;
}
