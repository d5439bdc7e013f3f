import type { Response } from 'express';

/** Server-sent events on an HTTP response, until the client disconnects or the service stops. */
export class EventStream {
  #open = true;

  constructor(private readonly response: Response) {
    response.once('close', () => (this.#open = false));
    response.writeHead(200, {
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-store',
      'X-Accel-Buffering': 'no',
    });
    response.flushHeaders();
  }

  get open(): boolean {
    return this.#open && this.response.writable;
  }

  send(id: number, event: string, data: object): void {
    this.#write(`id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  /** A comment that keeps the connection open: proxies close idle connections. */
  heartbeat(): void {
    this.#write(': nothing new\n\n');
  }

  end(): void {
    if (this.open) this.response.end();
  }

  #write(text: string): void {
    if (this.open) this.response.write(text);
  }
}
