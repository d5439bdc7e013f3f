import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

type Answer = (received: ReceivedRequest, response: ServerResponse, request: IncomingMessage) => void;

/** A service behind the gateway: an HTTP server whose readiness and answers the test sets. */
export class FakeService {
  readonly requests: ReceivedRequest[] = [];
  ready = true;
  answer: Answer = this.#echo;

  private constructor(
    readonly name: string,
    private readonly server: Server,
  ) {}

  static async listening(name: string, port = 0): Promise<FakeService> {
    const server = createServer();
    const service = new FakeService(name, server);
    server.on('request', (request, response) => service.#serve(request, response));
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    return service;
  }

  /** Restores the initial state: echoes the body, and has received no requests. */
  reset(): void {
    this.answer = this.#echo;
    this.requests.length = 0;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Like a killed process: closes all connections and accepts none. */
  async kill(): Promise<void> {
    if (!this.server.listening) return;
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  get #echo(): Answer {
    return ({ body }, response) =>
      void response
        .writeHead(200, { 'content-type': 'application/json', 'x-served-by': this.name })
        .end(body.length > 0 ? body : '{}');
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    if (request.url === '/readyz') return void response.writeHead(this.ready ? 200 : 503).end();
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const received = {
        method: request.method!,
        target: request.url!,
        headers: request.headers,
        body: Buffer.concat(chunks),
      };
      this.requests.push(received);
      this.answer(received, response, request);
    });
  }
}
