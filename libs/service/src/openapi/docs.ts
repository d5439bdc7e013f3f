import { Module, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import * as swagger from '@nestjs/swagger';
import type { RequestHandler } from 'express';
import { applyAnnotations } from './annotations.js';
import { completeDocument } from './complete-document.js';
import { describeDtos } from './describe-dtos.js';

/**
 * The OpenAPI document of a service: its routes, its DTOs from the rules that check them, its refusals and links. `app` may have been
 * created with `preview`.
 */
export function documentOf(app: INestApplication, service: string): swagger.OpenAPIObject {
  applyAnnotations(swagger);
  const closed = describeDtos();
  const head = new swagger.DocumentBuilder()
    .setTitle(`Tradewind ${service}`)
    .setVersion('1')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' })
    .addSecurityRequirements('bearer')
    .build();
  return completeDocument(swagger.SwaggerModule.createDocument(app, head), closed);
}

@Module({})
class Docs {}

/** The pages of `/docs`, `/docs-json` and `/docs-yaml`. Other requests go on to the next handler. */
export async function pagesOf(app: NestExpressApplication, service: string): Promise<RequestHandler> {
  const pages = await NestFactory.create<NestExpressApplication>(Docs, { abortOnError: false });
  swagger.SwaggerModule.setup('docs', pages, () => documentOf(app, service), { jsonDocumentUrl: 'docs-json' });
  return pages.getHttpAdapter().getInstance() as RequestHandler;
}
