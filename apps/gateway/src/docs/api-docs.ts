import type { IncomingMessage, ServerResponse } from 'node:http';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { addGatewayAnswers } from './gateway-answers.js';
import { Clock, protectiveHeaders } from '@tradewind/service';
import { Upstreams } from '../discovery/upstreams.js';
import { routedServices, serviceFor } from '../domain/routes.js';
import { mergeDocuments, type ApiDocument } from './merge-documents.js';

const cacheMs = 30_000;
/** A document without one of the services is rebuilt sooner. */
const incompleteCacheMs = 3_000;
const fetchTimeoutMs = 3_000;

const head: ApiDocument = {
  openapi: '3.0.0',
  info: { title: 'Tradewind', version: '1', description: 'The whole shop at one address.' },
  components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } },
  security: [{ bearer: [] }],
};

/** Makes the page of `/docs` load the merged document. */
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

/** One OpenAPI document for the whole shop, merged from those of the services on request. */
@Injectable()
export class ApiDocs {
  readonly #logger = new Logger('Docs');
  readonly #lastFetched = new Map<string, ApiDocument>();
  #cached: { until: number; readonly document: Promise<ApiDocument> } | undefined;

  constructor(
    private readonly upstreams: Upstreams,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  readonly middleware = (request: IncomingMessage, response: ServerResponse, next: () => void): void => {
    const [path = ''] = (request.url ?? '').split('?', 1);
    if (request.method !== 'GET') return next();
    if (path === '/docs-json')
      void this.document().then((document) => send(response, 'application/json', JSON.stringify(document)));
    else if (path.endsWith('/swagger-ui-init.js')) send(response, 'text/javascript', pageScript);
    else next();
  };

  /** Never rejects: for an unavailable service it uses the last document, or none. */
  document(): Promise<ApiDocument> {
    const now = this.clock.now().getTime();
    if (!this.#cached || now > this.#cached.until) this.#cached = { until: now + cacheMs, document: this.#build(now) };
    return this.#cached.document;
  }

  async #build(now: number): Promise<ApiDocument> {
    const documents = await Promise.all(
      routedServices.map(async (service) => ({ service, document: await this.#fetch(service) })),
    );
    if (this.#cached && documents.some(({ document }) => document === undefined))
      this.#cached.until = now + incompleteCacheMs;
    return addGatewayAnswers(
      mergeDocuments(
        head,
        documents.flatMap(({ service, document }) => (document ? [{ service, document }] : [])),
        (path) => serviceFor(path) !== undefined,
      ),
    );
  }

  async #fetch(service: string): Promise<ApiDocument | undefined> {
    try {
      const to = this.upstreams.choose(service);
      if (!to) return this.#lastFetched.get(service);
      const { statusCode, body } = await to.pool.request({
        method: 'GET',
        path: '/docs-json',
        headersTimeout: fetchTimeoutMs,
        bodyTimeout: fetchTimeoutMs,
      });
      if (statusCode !== 200) throw new Error(`/docs-json answers ${statusCode}`);
      this.#lastFetched.set(service, (await body.json()) as ApiDocument);
    } catch (error) {
      this.#logger.warn('the documentation of a service could not be fetched', { service }, error);
    }
    return this.#lastFetched.get(service);
  }
}

const send = (response: ServerResponse, type: string, text: string): void => {
  response.writeHead(200, {
    ...protectiveHeaders,
    'content-type': `${type}; charset=utf-8`,
    'cache-control': 'no-cache',
  });
  response.end(text);
};
