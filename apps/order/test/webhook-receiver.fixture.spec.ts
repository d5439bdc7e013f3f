import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly id: string;
  readonly signature: string;
  readonly body: string;
  readonly event: { readonly type: string; readonly data: { readonly orderId: string } };
}

/** What the receiver does with the next call: answers with a status, or does not answer until `release`. */
type Behaviour = number | 'silent' | 'redirect';

/** A partner's HTTP server. It records what it accepts. */
export class PartnerServer {
  readonly received: Received[] = [];
  /** Calls so far, accepted or not. */
  calls = 0;
  /** Most calls at the same moment. */
  mostAtOnce = 0;
  behaviour: Behaviour = 200;
  #server: Server | undefined;
  #open = 0;
  readonly #silent = new Set<() => void>();
  #port = 0;

  get url(): string {
    return `http://127.0.0.1:${this.#port}/events`;
  }

  async start(): Promise<this> {
    this.#server = createServer((request, response) => {
      this.calls++;
      this.mostAtOnce = Math.max(this.mostAtOnce, ++this.#open);
      response.once('close', () => this.#open--);
      void bodyOf(request).then((body) => {
        const { behaviour } = this;
        const event = receivedOf(request, body);
        if (behaviour === 'silent') this.#silent.add(() => response.destroy());
        else if (behaviour === 'redirect') response.writeHead(302, { location: `${this.url}/elsewhere` }).end();
        else {
          if (behaviour < 300) this.received.push(event);
          response.writeHead(behaviour).end('a text that is not read');
        }
      });
    });
    await new Promise<void>((resolve) => this.#server!.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
    return this;
  }

  /** Hangs up on all calls that wait. */
  release(): void {
    for (const hangUp of this.#silent) hangUp();
    this.#silent.clear();
  }

  async stop(): Promise<void> {
    this.release();
    this.#server?.closeAllConnections();
    await new Promise<void>((resolve) => (this.#server ? this.#server.close(() => resolve()) : resolve()));
  }

  typesOf(orderId: string): string[] {
    return this.received.filter(({ event }) => event.data.orderId === orderId).map(({ event }) => event.type);
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

const receivedOf = ({ headers }: IncomingMessage, body: string): Received => ({
  id: String(headers['x-event-id']),
  signature: String(headers['x-signature']),
  body,
  event: JSON.parse(body) as Received['event'],
});

/** How a partner verifies a delivery, as in the README. */
export function isSigned({ signature, body }: Received, secret: string): boolean {
  const [, seconds, mac] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(signature) ?? [];
  const expected = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
  return mac === expected && Math.abs(Date.now() / 1_000 - Number(seconds)) < 300;
}
