import type { Response } from 'express';

/** Server-sent events on an answer, for as long as the client listens and the service runs. */
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

  /** Nothing has happened, and the line is still up: proxies cut what is silent. */
  beat(): void {
    this.#write(': nothing new\n\n');
  }

  end(): void {
    if (this.open) this.response.end();
  }

  #write(text: string): void {
    if (this.open) this.response.write(text);
  }
}
