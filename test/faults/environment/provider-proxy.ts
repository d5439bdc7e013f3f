import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

/** What happens to a call instead of being passed on as it is. */
export type ProviderFault =
  /** The connection is cut before the call reaches the provider. */
  | 'down'
  /** The provider handles the call; the response is lost. */
  | 'response lost'
  /** 200 with an HTML page. */
  | 'garbage response'
  | 'status 500'
  /** The response is delayed by this many milliseconds. */
  | number;

/** The fault for a call; undefined: the call is passed on unchanged. */
export type FaultRule = (call: {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}) => ProviderFault | undefined;

/** An HTTP proxy before the payment provider that injects faults. What it passes on is in the provider's own log. */
export class ProviderProxy {
  #rule: FaultRule | undefined;
  hits = 0;

  private constructor(
    private readonly server: Server,
    readonly url: string,
    private readonly target: () => string,
  ) {}

  static async open(target: () => string): Promise<ProviderProxy> {
    const server = createServer((incoming, response) => void proxy.#handle(incoming, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const proxy: ProviderProxy = new ProviderProxy(server, `http://127.0.0.1:${port}`, target);
    return proxy;
  }

  /** Replaces the rule and resets `hits`. */
  inject(rule: FaultRule): void {
    this.hits = 0;
    this.#rule = rule;
  }

  heal(): void {
    this.#rule = undefined;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  async #handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const chunks: Buffer[] = [];
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
      const body = Buffer.concat(chunks);
      const fault = this.#rule?.({ method: incoming.method!, path: incoming.url!, body: body.toString() });
      if (fault !== undefined) this.hits++;
      if (fault === 'down') return void incoming.socket.destroy();
      if (fault === 'status 500')
        return void response.writeHead(500, { 'content-type': 'text/plain' }).end('Internal Server Error');
      if (fault === 'garbage response')
        return void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>welcome</html>');
      const { status, contentType, text } = await this.#forward(incoming, body);
      if (fault === 'response lost') return void incoming.socket.destroy();
      if (typeof fault === 'number') await delay(fault);
      response.writeHead(status, { 'content-type': contentType }).end(text);
    } catch {
      incoming.socket.destroy(); // the provider is down: the caller must see the same
    }
  }

  async #forward(
    incoming: IncomingMessage,
    body: Buffer,
  ): Promise<{ status: number; contentType: string; text: string }> {
    const { host: _host, connection: _connection, ...headers } = incoming.headers;
    const outgoing = request(new URL(incoming.url!, this.target()), { method: incoming.method!, headers });
    outgoing.end(body);
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    let text = '';
    for await (const chunk of response) text += String(chunk);
    return { status: response.statusCode!, contentType: response.headers['content-type'] ?? 'application/json', text };
  }
}
