import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import * as swagger from '@nestjs/swagger';
import type { RequestHandler } from 'express';
import { applyAnnotations } from './annotations.js';
import { describeDtos } from './describe-dtos.js';

const problemSchema = {
  type: 'object',
  description: 'RFC 9457. `type` is for programs, `detail` for people.',
  required: ['type', 'title', 'status', 'detail'],
  properties: {
    type: { type: 'string', example: '/problems/invalid-request' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['field', 'detail'],
        properties: { field: { type: 'string' }, detail: { type: 'string' } },
      },
    },
  },
} as const;

const problemResponse = {
  description: 'A problem',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};

const httpMethods = ['get', 'put', 'post', 'delete', 'patch'] as const;

/** The OpenAPI document of a service: its routes, its DTOs from their rules, and a problem as the default response. */
function documentOf(app: NestExpressApplication, service: string): swagger.OpenAPIObject {
  applyAnnotations(swagger);
  describeDtos();
  const head = new swagger.DocumentBuilder()
    .setTitle(`Tradewind ${service}`)
    .setVersion('1')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' })
    .addSecurityRequirements('bearer')
    .build();
  const document = swagger.SwaggerModule.createDocument(app, head);
  document.components = {
    ...document.components,
    schemas: { ...document.components?.schemas, Problem: problemSchema as never },
  };
  for (const path of Object.values(document.paths)) {
    for (const method of httpMethods) {
      const operation = path[method];
      if (operation) operation.responses['default'] ??= problemResponse;
    }
  }
  return document;
}

@Module({})
class Docs {}

/** The pages of `/docs`, `/docs-json` and `/docs-yaml`. Other requests go on to the next handler. */
export async function pagesOf(app: NestExpressApplication, service: string): Promise<RequestHandler> {
  const pages = await NestFactory.create<NestExpressApplication>(Docs, { abortOnError: false });
  swagger.SwaggerModule.setup('docs', pages, () => documentOf(app, service), { jsonDocumentUrl: 'docs-json' });
  return pages.getHttpAdapter().getInstance() as RequestHandler;
}
