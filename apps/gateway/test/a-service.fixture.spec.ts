import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Heard {
  readonly method: string;
  readonly target: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

type Answer = (heard: Heard, response: ServerResponse, request: IncomingMessage) => void;

/** A service as the gateway sees one: an HTTP server that is ready, and does what it is told. */
export class AService {
  readonly heard: Heard[] = [];
  ready = true;
  answer: Answer = this.#echo;

  private constructor(
    readonly name: string,
    private readonly server: Server,
  ) {}

  static async listening(name: string, port = 0): Promise<AService> {
    const server = createServer();
    const service = new AService(name, server);
    server.on('request', (request, response) => service.#serve(request, response));
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    return service;
  }

  /** As in the beginning: answers with what it was sent, and has heard nothing. */
  behave(): void {
    this.answer = this.#echo;
    this.heard.length = 0;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** As a killed process: no connection is left, none is taken. */
  async die(): Promise<void> {
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
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const heard = {
        method: request.method!,
        target: request.url!,
        headers: request.headers,
        body: Buffer.concat(parts),
      };
      this.heard.push(heard);
      this.answer(heard, response, request);
    });
  }
}
