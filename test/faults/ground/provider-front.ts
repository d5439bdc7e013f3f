import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';

/** What the provider is made to do with a call instead of answering it as it is. */
export type Mood =
  /** No connection is taken. */
  | 'down'
  /** The call arrives and is done; the answer is lost. */
  | 'loses its answer'
  /** 200 with a page of HTML. */
  | 'answers garbage'
  | 'answers 500'
  /** The answer comes so many milliseconds later. */
  | number;

/** Whether, and how, a call is tampered with; undefined: it is passed on as it is. */
export type Whim = (call: {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}) => Mood | undefined;

/** Stands before the payment provider, and is moody. What it passes on, the provider does and writes into its own log. */
export class ProviderFront {
  #whim: Whim | undefined;
  hits = 0;

  private constructor(
    private readonly server: Server,
    readonly url: string,
    private readonly target: () => string,
  ) {}

  static async open(target: () => string): Promise<ProviderFront> {
    const server = createServer((incoming, answer) => void front.#pass(incoming, answer));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const front: ProviderFront = new ProviderFront(server, `http://127.0.0.1:${port}`, target);
    return front;
  }

  /** From now on; `hits` counts anew. */
  be(whim: Whim): void {
    this.hits = 0;
    this.#whim = whim;
  }

  heal(): void {
    this.#whim = undefined;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  async #pass(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    try {
      const chunks: Buffer[] = [];
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
      const body = Buffer.concat(chunks);
      const mood = this.#whim?.({ method: incoming.method!, path: incoming.url!, body: body.toString() });
      if (mood !== undefined) this.hits++;
      if (mood === 'down') return void incoming.socket.destroy();
      if (mood === 'answers 500')
        return void answer.writeHead(500, { 'content-type': 'text/plain' }).end('Internal Server Error');
      if (mood === 'answers garbage')
        return void answer.writeHead(200, { 'content-type': 'text/html' }).end('<html>welcome</html>');
      const { status, headers, text } = await this.#ask(incoming, body);
      if (mood === 'loses its answer') return void incoming.socket.destroy();
      if (typeof mood === 'number') await pause(mood);
      answer.writeHead(status, { 'content-type': headers }).end(text);
    } catch {
      incoming.socket.destroy(); // the provider is away: so is its front
    }
  }

  async #ask(incoming: IncomingMessage, body: Buffer): Promise<{ status: number; headers: string; text: string }> {
    const { host: _host, connection: _connection, ...headers } = incoming.headers;
    const outgoing = request(new URL(incoming.url!, this.target()), { method: incoming.method!, headers });
    outgoing.end(body);
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
    let text = '';
    for await (const chunk of answer) text += String(chunk);
    return { status: answer.statusCode!, headers: answer.headers['content-type'] ?? 'application/json', text };
  }
}
