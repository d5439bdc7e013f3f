import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Metrics } from '../metrics/index.js';
import type { Health } from './health.js';

type Page = (response: ServerResponse) => Promise<void>;

const limits = { headersTimeout: 5_000, requestTimeout: 5_000, keepAliveTimeout: 60_000 };

/** Serves what only the platform may read, on a port of its own: metrics, and health as on the port of the API. */
export class OperationsServer {
  readonly #server: Server;
  readonly #pages: Readonly<Record<string, Page>>;

  constructor(metrics: Metrics, health: Health) {
    this.#pages = {
      '/metrics': async (response) =>
        void response.setHeader('content-type', metrics.contentType).end(await metrics.text()),
      '/healthz': async (response) => sendJson(response, 200, { status: 'alive' }),
      '/readyz': async (response) => {
        const report = await health.report();
        sendJson(response, report.ready ? 200 : 503, report);
      },
    };
    this.#server = createServer(limits, (request, response) => {
      const page = request.method === 'GET' ? this.#pages[request.url ?? ''] : undefined;
      if (!page) return void response.writeHead(404).end();
      page(response).catch(() => response.destroy());
    });
  }

  /** Resolves to the port: the given one, or for 0 a free one. */
  listen(port: number, host: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, () => resolve((this.#server.address() as AddressInfo).port));
    });
  }

  close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    return closed;
  }
}

const sendJson = (response: ServerResponse, status: number, body: object): void =>
  void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
