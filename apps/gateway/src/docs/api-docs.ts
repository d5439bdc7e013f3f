import type { IncomingMessage, ServerResponse } from 'node:http';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { Clock } from '@tradewind/service';
import { Upstreams } from '../discovery/upstreams.js';
import { routedServices, serviceFor } from '../domain/routes.js';
import { mergeDocuments, type ApiDocument } from './merge-documents.js';

const keptFor = 30_000;
/** A document that lacks a service is made anew sooner. */
const keptIncomplete = 3_000;
const patience = 3_000;

const head: ApiDocument = {
  openapi: '3.0.0',
  info: { title: 'Tradewind', version: '1', description: 'The whole shop at one address.' },
  components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } },
  security: [{ bearer: [] }],
};

/** The page of `/docs` reads the merged document instead of having one built in. */
const pageScript = `window.onload = () => {
  window.ui = SwaggerUIBundle({
    url: '/docs-json',
    dom_id: '#swagger-ui',
    deepLinking: true,
    presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
    layout: 'StandaloneLayout',
  });
};
`;

/** One OpenAPI document for the whole shop, made of the services' own when somebody asks. */
@Injectable()
export class ApiDocs {
  readonly #logger = new Logger('Docs');
  readonly #last = new Map<string, ApiDocument>();
  #made: { until: number; readonly document: Promise<ApiDocument> } | undefined;

  constructor(
    private readonly upstreams: Upstreams,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  readonly middleware = (request: IncomingMessage, response: ServerResponse, next: () => void): void => {
    const path = request.url!.split('?', 1)[0]!;
    if (request.method !== 'GET') return next();
    if (path === '/docs-json')
      void this.document().then((document) => send(response, 'application/json', JSON.stringify(document)));
    else if (path.endsWith('/swagger-ui-init.js')) send(response, 'text/javascript', pageScript);
    else next();
  };

  /** Never rejects: a service that can't be asked is shown as it was last, or left out. */
  document(): Promise<ApiDocument> {
    const now = this.clock.now().getTime();
    if (!this.#made || now > this.#made.until) this.#made = { until: now + keptFor, document: this.#make(now) };
    return this.#made.document;
  }

  async #make(now: number): Promise<ApiDocument> {
    const documents = await Promise.all(
      routedServices.map(async (service) => ({ service, document: await this.#ask(service) })),
    );
    if (this.#made && documents.some(({ document }) => document === undefined)) this.#made.until = now + keptIncomplete;
    return mergeDocuments(
      head,
      documents.flatMap(({ service, document }) => (document ? [{ service, document }] : [])),
      (path) => serviceFor(path) !== undefined,
    );
  }

  async #ask(service: string): Promise<ApiDocument | undefined> {
    try {
      const to = this.upstreams.choose(service);
      if (!to) return this.#last.get(service);
      const { statusCode, body } = await to.pool.request({
        method: 'GET',
        path: '/docs-json',
        headersTimeout: patience,
        bodyTimeout: patience,
      });
      if (statusCode !== 200) throw new Error(`/docs-json answers ${statusCode}`);
      this.#last.set(service, (await body.json()) as ApiDocument);
    } catch (error) {
      this.#logger.warn('a service did not tell its routes', { service }, error);
    }
    return this.#last.get(service);
  }
}

const send = (response: ServerResponse, type: string, text: string): void => {
  response.writeHead(200, { 'content-type': `${type}; charset=utf-8`, 'cache-control': 'no-cache' });
  response.end(text);
};
