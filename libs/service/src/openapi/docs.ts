import type { NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
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
export function documentOf(app: NestExpressApplication, service: string): OpenAPIObject {
  describeDtos();
  const head = new DocumentBuilder()
    .setTitle(`Tradewind ${service}`)
    .setVersion('1')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' })
    .addSecurityRequirements('bearer')
    .build();
  const document = SwaggerModule.createDocument(app, head);
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

/** `/docs` for people and `/docs-json` for programs; built at the first request. */
export const serveDocs = (app: NestExpressApplication, service: string): void =>
  SwaggerModule.setup('docs', app, () => documentOf(app, service), { jsonDocumentUrl: 'docs-json' });
