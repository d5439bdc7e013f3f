import type { NestExpressApplication } from '@nestjs/platform-express';
import type { RequestHandler } from 'express';

const isDocs = /^\/docs(-json|-yaml)?(\/|$)/;

/** `/docs` for people and `/docs-json` for programs; loaded and built at the first request. */
export function serveDocs(app: NestExpressApplication, service: string): void {
  let pages: Promise<RequestHandler> | undefined;
  const serve: RequestHandler = async (request, response, next) => {
    if (!isDocs.test(request.path)) return next();
    pages ??= import('./docs.js').then(({ pagesOf }) => pagesOf(app, service));
    (await pages)(request, response, next);
  };
  app.use(serve);
}
